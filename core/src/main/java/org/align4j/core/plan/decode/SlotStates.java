package org.align4j.core.plan.decode;

/**
 * Which slots of a decoder have a state that is newer than their logits, and which of these states
 * are the same: a state is numbered by the call that brought it and its row there, so that what
 * slots share is computed once.
 */
public final class SlotStates {

  private static final int UP_TO_DATE = 0;

  private final int[] source;
  private final int[] sourceRow;
  private final int[] staleSlots;
  private final int[] rowOfStale;
  private final int[] firstSlots;
  private int sources;
  private int stale;
  private int distinct;
  private boolean inPlace;

  /** Of so many slots, all up to date. */
  public SlotStates(int slots) {
    source = new int[slots];
    sourceRow = new int[slots];
    staleSlots = new int[slots];
    rowOfStale = new int[slots];
    firstSlots = new int[slots];
  }

  /** Slots have the states in these rows now; several may have the same. */
  public void keep(int[] rows, int[] slots, int count) {
    sources++;
    for (int i = 0; i < count; i++) {
      source[slots[i]] = sources;
      sourceRow[slots[i]] = rows[i];
    }
  }

  /** Forgets a slot's state. */
  public void discard(int slot) {
    source[slot] = UP_TO_DATE;
  }

  /** Lists the slots whose logits are to be computed, all up to date from here on; if any. */
  public boolean collect() {
    stale = 0;
    distinct = 0;
    inPlace = true;
    for (int slot = 0; slot < source.length; slot++) {
      if (source[slot] != UP_TO_DATE) {
        int row = rowOf(slot);
        if (row == distinct) {
          firstSlots[distinct++] = slot;
        }
        inPlace &= slot == row;
        rowOfStale[stale] = row;
        staleSlots[stale++] = slot;
      }
    }
    for (int i = 0; i < stale; i++) {
      source[staleSlots[i]] = UP_TO_DATE;
    }
    return stale > 0;
  }

  /** The row of new logits for a slot: that of a slot with the same state, or the next one. */
  private int rowOf(int slot) {
    for (int row = 0; row < distinct; row++) {
      int other = firstSlots[row];
      if (source[other] == source[slot] && sourceRow[other] == sourceRow[slot]) {
        return row;
      }
    }
    return distinct;
  }

  /** How many slots were listed. */
  public int stale() {
    return stale;
  }

  /** They; the array may be longer, as the others. */
  public int[] staleSlots() {
    return staleSlots;
  }

  /** Which of the distinct states each of them has. */
  public int[] rowOfStale() {
    return rowOfStale;
  }

  /** How many distinct states they have. */
  public int distinct() {
    return distinct;
  }

  /** A slot of each distinct state. */
  public int[] firstSlots() {
    return firstSlots;
  }

  /** Whether row n of new logits is that of slot n alone, for all. */
  public boolean inPlace() {
    return inPlace;
  }
}
