package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.kernel.Kernels;

/**
 * Decoding on a plan whose attentions read a key-value cache. The rows of a prompt belong to its
 * group and are freed with the group's last slot.
 */
final class PlanDecoder implements Decoder {

  /** Prompts wait for company until they have so many tokens: products of few rows are slow. */
  private static final int PROMPT_TOKENS = 512;

  private final Stage.Context context;
  private final KeyValueCache cache = new KeyValueCache();
  private final Plan plan;
  private final int tokenLimit;
  private final int slots;
  private final int maxLength;

  private final boolean[] used;
  private final boolean[] listed;
  private final Group[] groups;
  private final int[] ownRow;
  private final int[] length;
  private int free;

  private final NextTokens next;
  private final int[] lastRows;
  private final int[] lastSlots;
  private int started;
  private int[] promptTokens = new int[PROMPT_TOKENS];
  private final Group[] prompts;
  private int promptCount;
  private int promptLength;
  private boolean closed;

  /** The rows of a prompt, room for what follows it, and how many slots still read it. */
  private static final class Group {

    private final int row;
    private final int length;
    private final int rest;
    private int members;

    Group(int row, int length, int rest, int members) {
      this.row = row;
      this.length = length;
      this.rest = rest;
      this.members = members;
    }

    /** Rows that a slot's own run leaves free, so that its places in blocks are its positions. */
    private int gap() {
      return length % Kernels.KEY_BLOCK;
    }
  }

  PlanDecoder(
      Graph graph,
      Stage.Context context,
      ForwardStages.RopeMemory ropes,
      LanguageHead head,
      int slots,
      int maxLength) {
    this.context = context;
    this.plan = new Plan(graph, false, context, ropes, cache);
    this.tokenLimit = graph.tokenLimit();
    this.slots = slots;
    this.maxLength = maxLength;
    this.used = new boolean[slots];
    this.listed = new boolean[slots];
    this.groups = new Group[slots];
    this.ownRow = new int[slots];
    this.length = new int[slots];
    this.lastRows = new int[slots];
    this.lastSlots = new int[slots];
    this.prompts = new Group[slots];
    this.free = slots;
    this.next = new NextTokens(context, head, slots, graph.hidden().columns());
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
    PlanNetwork.checkIds("prompt token", prompt, tokenLimit);
    int rest = Math.min(maxLength - prompt.length, maxNewTokens);
    // Other prompts may be longer; rows that nobody writes take no memory.
    int each =
        KeyValueCache.room(maxLength - rest)
            + samples * KeyValueCache.room(Kernels.KEY_BLOCK - 1 + rest);
    cache.expect(each * ((slots + samples - 1) / samples));
    Group group = new Group(cache.take(prompt.length), prompt.length, rest, samples);
    if (promptLength + prompt.length > PROMPT_TOKENS) {
      computePrompts();
    }
    int[] slotsOfGroup = new int[samples];
    for (int i = 0, slot = 0; i < samples; slot++) {
      if (!used[slot]) {
        used[slot] = true;
        groups[slot] = group;
        length[slot] = prompt.length;
        ownRow[slot] = rest > 0 ? cache.take(group.gap() + rest) + group.gap() : group.gap();
        lastRows[started] = promptLength + prompt.length - 1;
        lastSlots[started++] = slot;
        slotsOfGroup[i++] = slot;
      }
    }
    free -= samples;
    if (promptTokens.length < promptLength + prompt.length) {
      promptTokens = Arrays.copyOf(promptTokens, promptLength + prompt.length);
    }
    System.arraycopy(prompt, 0, promptTokens, promptLength, prompt.length);
    prompts[promptCount++] = group;
    promptLength += prompt.length;
    return slotsOfGroup;
  }

  /** Runs the prompts that wait, packed, and keeps the last hidden state of each for its slots. */
  private void computePrompts() {
    if (promptCount == 0) {
      return;
    }
    Batch batch = begin(promptLength);
    int row = 0;
    for (int g = 0; g < promptCount; g++) {
      Group group = prompts[g];
      batch.addTile(row, group.length, 0, row, 0, row);
      for (int i = 0; i < group.length; i++, row++) {
        batch.tokens()[row] = promptTokens[row];
        batch.positions()[row] = i;
        batch.cacheRows()[row] = group.row + i;
      }
    }
    plan.forward();
    next.keep(plan.hidden().matrix(), lastRows, lastSlots, started);
    started = 0;
    promptCount = 0;
    promptLength = 0;
  }

  private Batch begin(int tokens) {
    context.weights().refresh();
    plan.reserve(tokens, Math.max(slots, PROMPT_TOKENS));
    Batch batch = context.batch();
    batch.resize(tokens);
    batch.clearTiles();
    return batch;
  }

  @Override
  public void append(int[] slotsToExtend, int[] tokens) {
    checkSlots(slotsToExtend);
    checkArgument(
        tokens.length == slotsToExtend.length,
        "%s tokens do not match %s slots",
        tokens.length,
        slotsToExtend.length);
    PlanNetwork.checkIds("token", tokens, tokenLimit);
    int count = slotsToExtend.length;
    if (count == 0) {
      return;
    }
    for (int slot : slotsToExtend) {
      checkState(
          length[slot] < groups[slot].length + groups[slot].rest,
          "slot %s holds %s tokens already: it was started for that many",
          slot,
          length[slot]);
    }
    computePrompts();
    Batch batch = begin(count);
    for (int i = 0; i < count; i++) {
      int slot = slotsToExtend[i];
      Group group = groups[slot];
      int position = length[slot]++;
      batch.tokens()[i] = tokens[i];
      batch.positions()[i] = position;
      batch.cacheRows()[i] = ownRow[slot] + position - group.length;
      batch.addStep(i, position, group.row, group.length, ownRow[slot]);
      lastRows[i] = i;
      lastSlots[i] = slot;
    }
    plan.forward();
    next.keep(plan.hidden().matrix(), lastRows, lastSlots, count);
  }

  @Override
  public void sample(
      int[] ofSlots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs) {
    checkSlots(ofSlots);
    computePrompts();
    next.compute();
    int count = ofSlots.length;
    if (tokens.length < count
        || logProbs.length < count
        || (!settings.greedy() && uniforms.length < count)) {
      throw new IllegalArgumentException(
          "%d slots need as many uniforms [%d], tokens [%d] and log-probs [%d]"
              .formatted(count, uniforms.length, tokens.length, logProbs.length));
    }
    next.draw(ofSlots, settings, uniforms, tokens, logProbs);
  }

  @Override
  public float[] logits(int slot) {
    checkState(slot >= 0 && slot < slots && used[slot], "slot %s is not in use", slot);
    computePrompts();
    next.compute();
    return next.logits(slot);
  }

  @Override
  public void retire(int slot) {
    checkState(slot >= 0 && slot < slots && used[slot], "slot %s is not in use", slot);
    for (int i = 0; i < started; i++) {
      if (lastSlots[i] == slot) {
        computePrompts();
      }
    }
    Group group = groups[slot];
    used[slot] = false;
    next.discard(slot);
    free++;
    if (group.rest > 0) {
      cache.free(ownRow[slot] - group.gap(), group.gap() + group.rest);
    }
    if (--group.members == 0) {
      cache.free(group.row, group.length);
    }
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
      plan.close();
      cache.close();
      next.close();
    }
  }
}
