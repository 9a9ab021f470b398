package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.TokenSampler;
import org.align4j.core.ops.Heads;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Decoding in steps of one token. A prompt runs through the body graph, whose keys and values are
 * kept; the sequences then step together through the {@link StepGraph}.
 *
 * <p>All sequences share the columns of one cache. A step adds a column to it, and a mask says
 * which columns are a sequence's own: sequences may be of any length, start at any time, and sit
 * out a step. When there is more waste than use, the cache is laid out anew.
 */
final class SameDiffDecoder implements Decoder {

  private final DataType type;
  private final BodyGraph body;
  private final StepGraph steps;
  private final INDArray headWeight;
  private final int maxLength;
  private final int vocabulary;
  private final TokenSampler sampler;
  private final List<Heads> heads;
  private final @Nullable CachedSequence[] slots;
  private PaddedCache cache;
  private int cacheRows;

  /** A sequence: where its keys are, and what follows it. */
  private static final class CachedSequence {
    private final Prompt prompt;
    private final int limit;
    private int row = -1;
    private int length;
    private boolean[] valid = {};
    private float[] logits;

    CachedSequence(Prompt prompt, int length, int limit, float[] logits) {
      this.prompt = prompt;
      this.limit = limit;
      this.length = length;
      this.logits = logits;
    }
  }

  /** Keys and values of a prompt that no step has needed yet; shared by its samples. */
  private static final class Prompt {
    private final PaddedCache cache;
    private int waiting;

    Prompt(PaddedCache cache, int waiting) {
      this.cache = cache;
      this.waiting = waiting;
    }

    void release() {
      if (--waiting == 0) {
        cache.close();
      }
    }
  }

  SameDiffDecoder(
      NetworkDefinition definition,
      Parameters parameters,
      BodyGraph body,
      StepGraph steps,
      int slots,
      int maxLength) {
    checkArgument(slots > 0, "slots is %s: it must be above 0", slots);
    checkArgument(
        maxLength > 0 && maxLength <= definition.maxPositions(),
        "maxLength is %s: it must be in [1, %s]",
        maxLength,
        definition.maxPositions());
    this.type = parameters.dataType();
    this.body = body;
    this.steps = steps;
    this.headWeight = parameters.get(((Head.Language<SDVariable>) body.head()).weight().name());
    this.maxLength = maxLength;
    this.vocabulary = (int) headWeight.size(0);
    this.sampler = new TokenSampler(vocabulary);
    this.heads = steps.attentions().stream().map(GraphInputs.Attention::heads).toList();
    this.slots = new CachedSequence[slots];
    this.cache = new PaddedCache(heads, type, 1, 1);
  }

  @Override
  public int freeSlots() {
    return (int) Arrays.stream(slots).filter(slot -> slot == null).count();
  }

  @Override
  public int[] start(int[] prompt, int samples, int maxNewTokens) {
    checkArgument(
        samples > 0 && samples <= freeSlots(),
        "%s samples do not fit into %s free slots",
        samples,
        freeSlots());
    checkArgument(
        prompt.length > 0 && prompt.length <= maxLength,
        "prompt of %s tokens: it must have 1 to %s",
        prompt.length,
        maxLength);
    checkArgument(maxNewTokens >= 0, "maxNewTokens is %s: it must be 0 or above", maxNewTokens);
    int limit = prompt.length + Math.min(maxLength - prompt.length, maxNewTokens);
    SequenceLayout layout = SequenceLayout.single(prompt.length);
    PaddedBatch padded = new PaddedBatch(prompt, layout, List.of(0));
    List<String> wanted = new ArrayList<>();
    for (var attention : body.inputs().attentions()) {
      wanted.add(attention.keys());
      wanted.add(attention.values());
    }
    var outputs = body.outputs(padded, wanted);
    INDArray hidden = checkNotNull(outputs.get(body.hiddenName()));
    float[] logits = logitsOf(hidden.getRow(prompt.length - 1L, true));
    HostArrays.free(hidden);
    List<INDArray> keys = new ArrayList<>();
    List<INDArray> values = new ArrayList<>();
    for (var attention : body.inputs().attentions()) {
      keys.add(checkNotNull(outputs.get(attention.keys())));
      values.add(checkNotNull(outputs.get(attention.values())));
    }
    Prompt shared = new Prompt(new PaddedCache(keys, values), samples);
    int[] started = new int[samples];
    int at = 0;
    for (int i = 0; i < slots.length && at < samples; i++) {
      if (slots[i] == null) {
        slots[i] = new CachedSequence(shared, prompt.length, limit, logits);
        started[at++] = i;
      }
    }
    return started;
  }

  private float[] logitsOf(INDArray row) {
    try (INDArray last = row.dup('c');
        INDArray product = last.mmul(headWeight.transpose())) {
      return HostArrays.rounded(HostArrays.doubles(product));
    }
  }

  @Override
  public void sample(
      int[] drawn, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs) {
    checkArgument(
        tokens.length >= drawn.length && logProbs.length >= drawn.length,
        "tokens [%s] and logProbs [%s] do not hold %s slots",
        tokens.length,
        logProbs.length,
        drawn.length);
    for (int i = 0; i < drawn.length; i++) {
      double uniform = settings.greedy() ? 0 : uniforms[i];
      var draw = sampler.draw(slot(drawn[i]).logits, settings, uniform);
      tokens[i] = draw.token();
      logProbs[i] = draw.logProb();
    }
  }

  @Override
  public void append(int[] appended, int[] tokens) {
    checkArgument(
        tokens.length >= appended.length,
        "tokens [%s] do not match %s slots",
        tokens.length,
        appended.length);
    if (appended.length == 0) {
      return;
    }
    boolean layOut = false;
    for (int index : appended) {
      CachedSequence slot = slot(index);
      checkArgument(
          slot.length < slot.limit,
          "slot %s holds %s tokens already: it was started for that many",
          index,
          slot.length);
      layOut |= slot.row < 0;
    }
    if (layOut || wasteful()) {
      layOut();
    }
    int[] ids = new int[cacheRows];
    int[] positions = new int[cacheRows];
    boolean[][] valid = new boolean[cacheRows][];
    int column = cache.columns();
    for (int i = 0; i < appended.length; i++) {
      CachedSequence slot = slot(appended[i]);
      slot.valid = Arrays.copyOf(slot.valid, column + 1);
      slot.valid[column] = true;
      ids[slot.row] = tokens[i];
      positions[slot.row] = slot.length;
      slot.length++;
      valid[slot.row] = slot.valid;
    }
    for (int row = 0; row < cacheRows; row++) {
      if (valid[row] == null) {
        // A row that sits out attends to its dummy token, and nobody reads what comes of it.
        valid[row] = new boolean[column + 1];
        valid[row][column] = true;
      }
    }
    INDArray logits = steps.run(cache, ids, positions, valid);
    float[] all = HostArrays.rounded(HostArrays.doubles(logits));
    HostArrays.free(logits);
    for (int index : appended) {
      CachedSequence slot = slot(index);
      slot.logits = Arrays.copyOfRange(all, slot.row * vocabulary, (slot.row + 1) * vocabulary);
    }
  }

  /** Whether half of the rows are retired or most columns are nobody's. */
  private boolean wasteful() {
    int used = 0;
    int longest = 0;
    for (CachedSequence slot : slots) {
      if (slot != null && slot.row >= 0) {
        used++;
        longest = Math.max(longest, slot.length);
      }
    }
    return 2 * used <= cacheRows || cache.columns() > 2 * longest + 16;
  }

  /** Gives every sequence a row, and its keys the first columns of it. */
  private void layOut() {
    int rows = 0;
    int columns = 1;
    for (CachedSequence slot : slots) {
      if (slot != null) {
        rows++;
        columns = Math.max(columns, slot.length);
      }
    }
    PaddedCache laidOut = new PaddedCache(heads, type, rows, columns);
    int row = 0;
    for (CachedSequence slot : slots) {
      if (slot == null) {
        continue;
      }
      if (slot.row < 0) {
        laidOut.copy(slot.prompt.cache, 0, 0, slot.length, row, 0);
        slot.prompt.release();
      } else {
        int at = 0;
        for (int from = 0; from < slot.valid.length; from++) {
          if (slot.valid[from]) {
            int to = from;
            while (to < slot.valid.length && slot.valid[to]) {
              to++;
            }
            laidOut.copy(cache, slot.row, from, to, row, at);
            at += to - from;
            from = to;
          }
        }
      }
      slot.row = row++;
      slot.valid = new boolean[columns];
      Arrays.fill(slot.valid, 0, slot.length, true);
    }
    cache.close();
    cache = laidOut;
    cacheRows = rows;
  }

  @Override
  public float[] logits(int slot) {
    return slot(slot).logits.clone();
  }

  private CachedSequence slot(int index) {
    checkArgument(
        index >= 0 && index < slots.length, "slot %s is outside the %s slots", index, slots.length);
    CachedSequence slot = slots[index];
    if (slot == null) {
      throw new IllegalArgumentException("slot " + index + " is free: start a sequence first");
    }
    return slot;
  }

  @Override
  public void retire(int index) {
    CachedSequence slot = slot(index);
    if (slot.row < 0) {
      slot.prompt.release();
    }
    slots[index] = null;
  }

  @Override
  public void close() {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] != null) {
        retire(i);
      }
    }
    cache.close();
  }
}
