package org.align4j.core.plan.decode;

import com.google.common.collect.ImmutableList;
import org.align4j.core.plan.decode.CacheRows.Run;
import org.align4j.core.plan.run.KeyValueCaches;
import org.jspecify.annotations.Nullable;

/**
 * The runs of cache rows behind the slots of a decoder: one for each prompt, and one for what
 * follows it. Samples of a prompt share the latter as long as they go on with the same tokens: what
 * they have in common is computed and kept once.
 */
public final class CacheRuns {

  private static final Run[] NONE = new Run[0];

  private final ImmutableList<CacheRows> caches;
  private final Branch[] ofSlot;
  private final Branch[] before;
  private final Branch[] advanced;
  private int count;

  /** The rows of a prompt in each cache, and how many slots still read it. */
  public static final class Prompt {

    /** Its tokens. */
    public final int length;

    private final int rest;
    private final Run[] rows;
    private int members;

    private Prompt(Run[] rows, int length, int rest, int members) {
      this.rows = rows;
      this.length = length;
      this.rest = rest;
      this.members = members;
    }

    /** Its rows in a cache. */
    public Run rows(int cache) {
      return rows[cache];
    }
  }

  /** What some slots have appended to their prompt. */
  public static final class Branch {

    /** What it continues. */
    public final Prompt prompt;

    private Run[] rows = NONE;
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
    public int end() {
      return prompt.length + length;
    }

    /** Whether the run is full. */
    public boolean isFull() {
      return length == prompt.rest;
    }

    /** Rows of what follows the prompt, in a cache. */
    public Run rows(int cache) {
      return rows[cache];
    }

    /** The token appended last. */
    public int token() {
      return token;
    }

    /** Which of the advanced branches it is. */
    public int stepRow() {
      return stepRow;
    }
  }

  /** Runs of some caches for so many slots. */
  public CacheRuns(KeyValueCaches caches, int slots) {
    this.caches =
        caches.windows().stream()
            .map(window -> new CacheRows(window, caches.of(window)))
            .collect(ImmutableList.toImmutableList());
    this.ofSlot = new Branch[slots];
    this.before = new Branch[slots];
    this.advanced = new Branch[slots];
  }

  /** The caches, by the numbers that rows are asked for with. */
  public ImmutableList<CacheRows> caches() {
    return caches;
  }

  /** Rows for a prompt that these slots continue. */
  public Prompt start(int length, int rest, int[] slots) {
    Run[] rows = caches.stream().map(cache -> cache.prompt(length)).toArray(Run[]::new);
    Prompt prompt = new Prompt(rows, length, rest, slots.length);
    Branch branch = new Branch(prompt);
    branch.members = slots.length;
    for (int slot : slots) {
      ofSlot[slot] = branch;
    }
    return prompt;
  }

  /** What a slot has appended. */
  public Branch of(int slot) {
    return ofSlot[slot];
  }

  /**
   * Appends a token to each of some slots, none of which is full. Slots of a branch whose tokens
   * differ, or of which only some are listed, go different ways from here on.
   *
   * @return the number of branches that grew by a token, see {@link #advanced}
   */
  public int advance(int[] slots, int[] tokens) {
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
      Branch branch = advanced[i];
      branch.sibling = null;
      for (int c = 0; c < branch.rows.length; c++) {
        caches.get(c).makeRoom(branch.rows[c], branch.end());
      }
      branch.length++;
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
    if (heir.rows == NONE) {
      heir.rows = takeRows(heir.prompt);
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
      fork.rows = takeRows(prompt);
      fork.length = from.length;
      for (int c = 0; c < fork.rows.length; c++) {
        caches.get(c).copy(from.rows[c], fork.rows[c], from.end());
      }
    }
    return fork;
  }

  private Run[] takeRows(Prompt prompt) {
    return caches.stream()
        .map(cache -> cache.after(prompt.length, prompt.rest))
        .toArray(Run[]::new);
  }

  /** Branch i of those that the last {@link #advance} made longer. */
  public Branch advanced(int i) {
    return advanced[i];
  }

  /** Frees what only this slot reads. */
  public void retire(int slot) {
    Branch branch = ofSlot[slot];
    Prompt prompt = branch.prompt;
    if (--branch.members == 0) {
      free(branch.rows);
    }
    if (--prompt.members == 0) {
      free(prompt.rows);
    }
  }

  private void free(Run[] rows) {
    for (int c = 0; c < rows.length; c++) {
      caches.get(c).free(rows[c]);
    }
  }
}
