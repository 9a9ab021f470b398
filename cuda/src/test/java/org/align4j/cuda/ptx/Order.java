package org.align4j.cuda.ptx;

import java.util.Arrays;
import java.util.Random;

/**
 * How warps of a block, and blocks of a grid, follow one another.
 *
 * @param seed 0: as they are numbered; 1: backwards; else: shuffled
 */
public record Order(int seed) {

  /** As they are numbered. */
  public static final Order FORWARD = new Order(0);

  /** The last first. */
  public static final Order BACKWARD = new Order(1);

  /** Numbers below {@code count}. */
  int[] of(int count) {
    int[] order = new int[count];
    Arrays.setAll(order, i -> seed == 1 ? count - 1 - i : i);
    if (seed > 1) {
      Random random = new Random(seed);
      for (int i = count - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
      }
    }
    return order;
  }
}
