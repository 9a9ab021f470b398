package org.align4j.core.plan.decode;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.plan.run.KeyValueCache;
import org.jspecify.annotations.Nullable;

/**
 * The runs of cache rows behind the slots of a decoder: one for each prompt, and one for what
 * follows it. Samples of a prompt share the latter as long as they go on with the same tokens: what
 * they have in common is computed and kept once.
 */
final class CacheRuns {

  private final KeyValueCache cache;
  private final Branch[] ofSlot;
  private final Branch[] before;
  private final Branch[] advanced;
  private int count;

  /** The rows of a prompt, room for what follows it, and how many slots still read it. */
  static final class Prompt {

    final int row;
    final int length;
    final int rest;
    private int members;

    private Prompt(int row, int length, int rest, int members) {
      this.row = row;
      this.length = length;
      this.rest = rest;
      this.members = members;
    }

    /** Rows that a run after it leaves free, so that its places in blocks are its positions. */
    private int gap() {
      return length % AttentionKernels.KEY_BLOCK;
    }
  }

  /** What some slots have appended to their prompt. */
  static final class Branch {

    private static final int NONE = -1;

    final Prompt prompt;
    private int row = NONE;
    private int length;
    private int members;
    private int token;
    private int stepRow;
    private int listed;
    private @Nullable Branch heirs;
    private @Nullable Branch sibling;

    private Branch(Prompt prompt) {
      this.prompt = prompt;
    }

    /** Tokens of prompt and branch together. */
    int end() {
      return prompt.length + length;
    }

    /** Whether the run is full. */
    boolean isFull() {
      return length == prompt.rest;
    }

    /** First row of what follows the prompt. */
    int row() {
      return row;
    }

    /** The token appended last. */
    int token() {
      return token;
    }

    /** Which of the advanced branches it is. */
    int stepRow() {
      return stepRow;
    }
  }

  CacheRuns(KeyValueCache cache, int slots) {
    this.cache = cache;
    this.ofSlot = new Branch[slots];
    this.before = new Branch[slots];
    this.advanced = new Branch[slots];
  }

  /** Rows for a prompt that these slots continue. */
  Prompt start(int length, int rest, int[] slots) {
    Prompt prompt = new Prompt(cache.take(length), length, rest, slots.length);
    Branch branch = new Branch(prompt);
    branch.members = slots.length;
    for (int slot : slots) {
      ofSlot[slot] = branch;
    }
    return prompt;
  }

  Branch of(int slot) {
    return ofSlot[slot];
  }

  /**
   * Appends a token to each of some slots, none of which is full. Slots of a branch whose tokens
   * differ, or of which only some are listed, go different ways from here on.
   *
   * @return the number of branches that grew by a token, see {@link #advanced}
   */
  int advance(int[] slots, int[] tokens) {
    for (int i = 0; i < slots.length; i++) {
      before[i] = ofSlot[slots[i]];
      before[i].listed++;
    }
    count = 0;
    for (int i = 0; i < slots.length; i++) {
      Branch from = before[i];
      Branch heir = heir(from, tokens[i]);
      from.members--;
      heir.members++;
      ofSlot[slots[i]] = heir;
    }
    for (int i = 0; i < slots.length; i++) {
      before[i].listed = 0;
      before[i].heirs = null;
    }
    for (int i = 0; i < count; i++) {
      advanced[i].length++;
      advanced[i].sibling = null;
    }
    return count;
  }

  /** The branch that a token leads to. */
  private Branch heir(Branch from, int token) {
    for (Branch heir = from.heirs; heir != null; heir = heir.sibling) {
      if (heir.token == token) {
        return heir;
      }
    }
    // The first way to go keeps the run, if nobody stays behind.
    boolean keeps = from.heirs == null && from.listed == from.members;
    Branch heir = keeps ? from : fork(from);
    if (heir.row == Branch.NONE) {
      heir.row = takeRun(heir.prompt);
    }
    heir.token = token;
    heir.sibling = from.heirs;
    from.heirs = heir;
    heir.stepRow = count;
    advanced[count++] = heir;
    return heir;
  }

  private Branch fork(Branch from) {
    Prompt prompt = from.prompt;
    Branch fork = new Branch(prompt);
    if (from.length > 0) {
      int gap = prompt.gap();
      fork.row = takeRun(prompt);
      fork.length = from.length;
      cache.copy(from.row - gap, fork.row - gap, gap + from.length);
    }
    return fork;
  }

  private int takeRun(Prompt prompt) {
    return cache.take(prompt.gap() + prompt.rest) + prompt.gap();
  }

  /** Branch i of those that the last {@link #advance} made longer. */
  Branch advanced(int i) {
    return advanced[i];
  }

  /** Frees what only this slot reads. */
  void retire(int slot) {
    Branch branch = ofSlot[slot];
    Prompt prompt = branch.prompt;
    if (--branch.members == 0 && branch.row != Branch.NONE) {
      cache.free(branch.row - prompt.gap(), prompt.gap() + prompt.rest);
    }
    if (--prompt.members == 0) {
      cache.free(prompt.row, prompt.length);
    }
  }
}
