package org.align4j.core.plan.run;

import java.util.Arrays;

/** Which tokens of a batch go to which rows of a key-value cache. */
public final class CacheWrites {

  private static final int ROOM = 64;

  private int count;
  private int[] tokens = new int[ROOM];
  private int[] rows = new int[ROOM];

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Rows of the batch; the array may be longer. */
  public int[] tokens() {
    return tokens;
  }

  /** The row of the cache of each; the array may be longer. */
  public int[] rows() {
    return rows;
  }

  /** Forgets all. */
  public void clear() {
    count = 0;
  }

  /** Keys and values of a token go to a row; they may go to several. */
  public void add(int token, int row) {
    if (count == rows.length) {
      tokens = Arrays.copyOf(tokens, 2 * count);
      rows = Arrays.copyOf(rows, 2 * count);
    }
    tokens[count] = token;
    rows[count++] = row;
  }
}
