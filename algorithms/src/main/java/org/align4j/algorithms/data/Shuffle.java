package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.random.CounterRandom;

/**
 * Passes without end over data of a size, each in another order, which depends on the seed and the
 * number of the pass alone: a position is its whole state.
 */
public final class Shuffle {

  private final long seed;
  private final int size;
  private long pass = -1;
  private int[] order = {};

  /**
   * A shuffle.
   *
   * @param stream what is shuffled, such as {@code prompt order}: each has its own random numbers
   */
  public Shuffle(String stream, long seed, int size) {
    checkArgument(size > 0, "size is %s: there must be something to shuffle", size);
    this.seed = seed ^ CounterRandom.stream(stream);
    this.size = size;
  }

  /** Index of what comes at a position, counted over all passes. */
  public int at(long position) {
    if (position / size != pass) {
      pass = position / size;
      order = order(pass);
    }
    return order[(int) (position % size)];
  }

  /** The order of one pass: a permutation by Fisher and Yates. */
  public int[] order(long number) {
    int[] indices = new int[size];
    for (int i = 0; i < size; i++) {
      int j = (int) (CounterRandom.uniform(seed, number, i) * (i + 1));
      indices[i] = indices[j];
      indices[j] = i;
    }
    return indices;
  }
}
