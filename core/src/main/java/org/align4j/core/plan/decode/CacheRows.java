package org.align4j.core.plan.decode;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.plan.run.KeyValueCache;

/**
 * Rows of one key-value cache: those of prompts and those of what follows them. The cache of a
 * window holds only what later tokens still attend to: the end of a prompt, and the end of what
 * follows it, in a run whose rows are moved to its front when it is full.
 */
public final class CacheRows {

  private static final int BLOCK = AttentionKernels.KEY_BLOCK;

  private final int window;
  private final KeyValueCache cache;

  /** Rows of the positions from {@code start} on, whole blocks. */
  public static final class Run {

    private final int first;
    private final int count;
    private int start;

    private Run(int first, int count, int start) {
      this.first = first;
      this.count = count;
      this.start = start;
    }

    /** The row of a position; of one before the run a number that nobody reads. */
    public int row(int position) {
      return first + position - start;
    }

    /** The first position that has a row. */
    public int start() {
      return start;
    }
  }

  /**
   * Rows of a cache.
   *
   * @param window of the attentions that read it, in tokens; 0 for none
   */
  CacheRows(int window, KeyValueCache cache) {
    this.window = window;
    this.cache = cache;
  }

  /** In tokens; 0 for none. */
  public int window() {
    return window;
  }

  /** Rows that a window keeps of so many tokens that follow a prompt: a quarter more than it. */
  static int following(int window, int tokens) {
    return window == 0 ? tokens : Math.min(tokens, window + window / 4 + 2 * BLOCK);
  }

  /** Rows that a window keeps of a prompt. */
  static int ofPrompt(int window, int tokens) {
    return window == 0 ? tokens : Math.min(tokens, window + BLOCK);
  }

  /** Most rows of a prompt with what follows it, so many tokens together. */
  public static long most(int window, int tokens) {
    return Math.min(tokens, (long) ofPrompt(window, tokens) + following(window, tokens));
  }

  /** Makes room at once for so many prompts with what follows them, if there is none yet. */
  public void expect(int prompts, int longest, int samples, int rest) {
    int each =
        KeyValueCache.room(ofPrompt(window, longest))
            + samples * KeyValueCache.room(following(window, BLOCK - 1 + rest));
    cache.expect(each * prompts);
  }

  /** Rows of a prompt. */
  Run prompt(int length) {
    int start = block(Math.min(firstKey(length), length - 1));
    return new Run(cache.take(length - start), length - start, start);
  }

  /** Rows of what follows a prompt, from the block on in which that ends. */
  Run after(int length, int rest) {
    int start = block(length);
    int count = following(window, length - start + rest);
    return new Run(cache.take(count), count, start);
  }

  /** Copies the rows up to a position, not included, to a run as long. */
  void copy(Run from, Run to, int end) {
    to.start = from.start;
    cache.copy(from.first, to.first, end - from.start);
  }

  /** Moves the rows that are still read to the front where there is none for this position. */
  void makeRoom(Run run, int position) {
    if (position - run.start >= run.count) {
      int start = block(firstKey(position));
      cache.copy(run.row(start), run.first, position - start);
      run.start = start;
    }
  }

  /** Takes a run back. */
  void free(Run run) {
    cache.free(run.first, run.count);
  }

  private int firstKey(int position) {
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }

  private static int block(int position) {
    return position / BLOCK * BLOCK;
  }
}
