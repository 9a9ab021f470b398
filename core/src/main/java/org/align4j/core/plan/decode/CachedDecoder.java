package org.align4j.core.plan.decode;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.Lists;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.batch.PrefixTree;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.plan.run.BatchCheck;
import org.align4j.core.plan.run.CacheWrites;

/**
 * Decoding by passes whose attentions read a key-value cache, an engine's {@link DecoderPasses}.
 * Prompts that are started together are computed together, what they begin with in common once;
 * samples of a prompt are one row of a step as long as they agree.
 */
public final class CachedDecoder implements Decoder {

  private final DecoderPasses passes;
  private final int tokenLimit;
  private final int slots;
  private final int maxLength;

  private final boolean[] used;
  private final boolean[] listed;
  private final CacheRuns branches;
  private final CacheWrites[] writes;
  private final DecoderSteps steps;
  private int free;

  private final int[] lastRows;
  private final int[] lastSlots;
  private final List<Waiting> waiting = new ArrayList<>();
  private int waitingTokens;
  private boolean closed;

  /** A prompt that is still to be computed and the slots that continue it. */
  private record Waiting(int[] tokens, CacheRuns.Prompt rows, int[] slots) {}

  /**
   * A decoder of so many slots.
   *
   * @param passes of the decoder's own, for as many slots
   * @param tokenLimit ids are below it
   */
  public CachedDecoder(DecoderPasses passes, int tokenLimit, int slots, int maxLength) {
    this.passes = passes;
    this.tokenLimit = tokenLimit;
    this.slots = slots;
    this.maxLength = maxLength;
    this.used = new boolean[slots];
    this.listed = new boolean[slots];
    this.branches = new CacheRuns(passes.caches(), slots);
    this.writes =
        branches.caches().stream()
            .map(rows -> passes.writes(rows.window()))
            .toArray(CacheWrites[]::new);
    this.steps = new DecoderSteps(writes.length, slots);
    this.lastRows = new int[slots];
    this.lastSlots = new int[slots];
    this.free = slots;
  }

  @Override
  public int freeSlots() {
    return free;
  }

  @Override
  public int[] start(int[] prompt, int samples, int maxNewTokens) {
    checkState(!closed, "the decoder is closed");
    checkArgument(
        samples > 0 && samples <= free,
        "%s samples do not fit into the %s free slots: retire some or make more",
        samples,
        free);
    checkArgument(
        prompt.length > 0 && prompt.length <= maxLength,
        "the prompt has %s tokens: it must have 1 to %s",
        prompt.length,
        maxLength);
    checkArgument(maxNewTokens >= 0, "maxNewTokens is %s: it must be 0 or above", maxNewTokens);
    BatchCheck.ids("prompt token", prompt, tokenLimit);
    int rest = Math.min(maxLength - prompt.length, maxNewTokens);
    // Other prompts may be longer; rows that nobody writes take no memory.
    for (CacheRows rows : branches.caches()) {
      rows.expect((slots + samples - 1) / samples, maxLength - rest, samples, rest);
    }
    if (waitingTokens + prompt.length - sharedWithWaiting(prompt) > passes.promptTokens()) {
      computePrompts();
    }
    int[] slotsOfPrompt =
        IntStream.range(0, slots).filter(slot -> !used[slot]).limit(samples).toArray();
    CacheRuns.Prompt rows = branches.start(prompt.length, rest, slotsOfPrompt);
    for (int slot : slotsOfPrompt) {
      used[slot] = true;
    }
    free -= samples;
    waitingTokens += prompt.length - sharedWithWaiting(prompt);
    waiting.add(new Waiting(prompt.clone(), rows, slotsOfPrompt));
    return slotsOfPrompt.clone();
  }

  /** Tokens of a prompt that are computed for another one that waits. */
  private int sharedWithWaiting(int[] prompt) {
    int most = 0;
    for (Waiting other : waiting) {
      most = Math.max(most, PrefixTree.commonLength(prompt, other.tokens()));
    }
    return most;
  }

  /**
   * Runs the prompts that wait, what they begin with in common once, and keeps the last hidden
   * state of each for its slots.
   */
  private void computePrompts() {
    if (waiting.isEmpty()) {
      return;
    }
    PrefixTree tree = new PrefixTree(Lists.transform(waiting, Waiting::tokens));
    clearWrites();
    int count = 0;
    for (int p = 0; p < waiting.size(); p++) {
      Waiting prompt = waiting.get(p);
      int[] tokens = tree.rows(p);
      for (int c = 0; c < writes.length; c++) {
        CacheRows.Run rows = prompt.rows().rows(c);
        for (int i = rows.start(); i < tokens.length; i++) {
          writes[c].add(tokens[i], rows.row(i));
        }
      }
      for (int slot : prompt.slots()) {
        lastRows[count] = tokens[tokens.length - 1];
        lastSlots[count++] = slot;
      }
    }
    passes.prompts(tree.tokens(), tree.layout());
    passes.keep(lastRows, lastSlots, count);
    waiting.clear();
    waitingTokens = 0;
  }

  private void clearWrites() {
    for (CacheWrites w : writes) {
      w.clear();
    }
  }

  @Override
  public void append(int[] slotsToExtend, int[] tokens) {
    checkSlots(slotsToExtend);
    checkArgument(
        tokens.length == slotsToExtend.length,
        "%s tokens do not match %s slots",
        tokens.length,
        slotsToExtend.length);
    BatchCheck.ids("token", tokens, tokenLimit);
    int count = slotsToExtend.length;
    if (count == 0) {
      return;
    }
    for (int slot : slotsToExtend) {
      checkState(
          !branches.of(slot).isFull(),
          "slot %s holds %s tokens already: it was started for that many",
          slot,
          branches.of(slot).end());
    }
    computePrompts();
    int rows = branches.advance(slotsToExtend, tokens);
    clearWrites();
    steps.begin(rows);
    for (int i = 0; i < rows; i++) {
      CacheRuns.Branch branch = branches.advanced(i);
      CacheRuns.Prompt prompt = branch.prompt;
      int position = branch.end() - 1;
      steps.set(i, branch.token(), position, prompt.length);
      for (int c = 0; c < writes.length; c++) {
        CacheRows.Run own = branch.rows(c);
        writes[c].add(i, own.row(position));
        steps.setRows(c, i, prompt.rows(c).row(0), own.row(prompt.length));
      }
    }
    for (int i = 0; i < count; i++) {
      lastRows[i] = branches.of(slotsToExtend[i]).stepRow();
      lastSlots[i] = slotsToExtend[i];
    }
    passes.steps(steps);
    passes.keep(lastRows, lastSlots, count);
  }

  @Override
  public void sample(
      int[] ofSlots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs) {
    checkSlots(ofSlots);
    computePrompts();
    passes.computeLogits();
    int count = ofSlots.length;
    if (tokens.length < count
        || logProbs.length < count
        || (!settings.greedy() && uniforms.length < count)) {
      throw new IllegalArgumentException(
          "%s slots need as many uniforms [%s], tokens [%s] and log-probs [%s]"
              .formatted(count, uniforms.length, tokens.length, logProbs.length));
    }
    passes.draw(ofSlots, settings, uniforms, tokens, logProbs);
  }

  @Override
  public float[] logits(int slot) {
    checkState(slot >= 0 && slot < slots && used[slot], "slot %s is not in use", slot);
    computePrompts();
    passes.computeLogits();
    return passes.logits(slot);
  }

  @Override
  public void retire(int slot) {
    checkState(slot >= 0 && slot < slots && used[slot], "slot %s is not in use", slot);
    for (Waiting prompt : waiting) {
      if (Ints.contains(prompt.slots(), slot)) {
        computePrompts();
        break;
      }
    }
    used[slot] = false;
    passes.discard(slot);
    free++;
    branches.retire(slot);
  }

  private void checkSlots(int[] list) {
    checkState(!closed, "the decoder is closed");
    for (int slot : list) {
      checkArgument(slot >= 0 && slot < slots && used[slot], "slot %s is not in use", slot);
      checkArgument(!listed[slot], "slot %s is listed twice", slot);
      listed[slot] = true;
    }
    for (int slot : list) {
      listed[slot] = false;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      passes.close();
    }
  }
}
