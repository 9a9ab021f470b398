package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.lanes.Lanes;

/**
 * Copies up to eight rows column by column, {@code target[k][i] = a[i][k]}, in squares of eight by
 * eight: three rounds of exchanging halves, quarters and eighths (Eklundh 1972), twice as fast as
 * element by element. Sixteen lanes hold two squares side by side: a second kind of vector beside
 * that of {@link Lanes} would leave the compiler without the one class of all receivers, on which
 * it relies to keep the sums of loops out of memory.
 */
final class Transposition {

  /** Rows of a square. */
  static final int SIDE = 8;

  private static final boolean TWO_SQUARES = COUNT == 2 * SIDE;
  private static final VectorShuffle<Float> BY_FOUR = exchange(4);
  private static final VectorShuffle<Float> BY_TWO = exchange(2);
  private static final VectorShuffle<Float> BY_ONE = exchange(1);
  private static final VectorMask<Float> FOUR = VectorMask.fromLong(SPECIES, 0xF0F0);
  private static final VectorMask<Float> TWO = VectorMask.fromLong(SPECIES, 0xCCCC);
  private static final VectorMask<Float> ONE = VectorMask.fromLong(SPECIES, 0xAAAA);
  private static final VectorMask<Float> LEFT = VectorMask.fromLong(SPECIES, 0x00FF);
  private static final VectorMask<Float> RIGHT = VectorMask.fromLong(SPECIES, 0xFF00);

  private Transposition() {}

  private static VectorShuffle<Float> exchange(int distance) {
    return VectorShuffle.fromOp(SPECIES, i -> (i ^ distance) % COUNT);
  }

  /**
   * Eight floats are written for each column; the last row stands in for those from {@code rows}
   * on.
   */
  static void rows(long a, long rowPitch, int rows, int depth, long target, long targetPitch) {
    long last = a + (rows - 1) * rowPitch;
    long a1 = Math.min(a + rowPitch, last);
    long a2 = Math.min(a + 2 * rowPitch, last);
    long a3 = Math.min(a + 3 * rowPitch, last);
    long a4 = Math.min(a + 4 * rowPitch, last);
    long a5 = Math.min(a + 5 * rowPitch, last);
    long a6 = Math.min(a + 6 * rowPitch, last);
    long a7 = Math.min(a + 7 * rowPitch, last);
    int whole = COUNT >= SIDE ? depth & -COUNT : 0;
    for (int k = 0; k < whole; k += COUNT) {
      square(
          a + 4L * k,
          a1 + 4L * k,
          a2 + 4L * k,
          a3 + 4L * k,
          a4 + 4L * k,
          a5 + 4L * k,
          a6 + 4L * k,
          a7 + 4L * k,
          target + k * targetPitch,
          targetPitch);
    }
    for (int k = whole; k < depth; k++) {
      for (int i = 0; i < SIDE; i++) {
        long source = a + Math.min(i, rows - 1) * rowPitch + 4L * k;
        Memory.set(target + k * targetPitch + 4L * i, Memory.get(source));
      }
    }
  }

  /**
   * One method: it is too large to be inlined, and so leaves its callers their room for vectors.
   */
  private static void square(
      long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long y, long pitch) {
    long right = y + SIDE * (pitch - Float.BYTES);
    FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, a0, ORDER);
    FloatVector r4 = FloatVector.fromMemorySegment(SPECIES, ALL, a4, ORDER);
    FloatVector s0 = r0.blend(r4.rearrange(BY_FOUR), FOUR);
    FloatVector s4 = r0.rearrange(BY_FOUR).blend(r4, FOUR);
    FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, a1, ORDER);
    FloatVector r5 = FloatVector.fromMemorySegment(SPECIES, ALL, a5, ORDER);
    FloatVector s1 = r1.blend(r5.rearrange(BY_FOUR), FOUR);
    FloatVector s5 = r1.rearrange(BY_FOUR).blend(r5, FOUR);
    FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, a2, ORDER);
    FloatVector r6 = FloatVector.fromMemorySegment(SPECIES, ALL, a6, ORDER);
    FloatVector s2 = r2.blend(r6.rearrange(BY_FOUR), FOUR);
    FloatVector s6 = r2.rearrange(BY_FOUR).blend(r6, FOUR);
    FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, a3, ORDER);
    FloatVector r7 = FloatVector.fromMemorySegment(SPECIES, ALL, a7, ORDER);
    FloatVector s3 = r3.blend(r7.rearrange(BY_FOUR), FOUR);
    FloatVector s7 = r3.rearrange(BY_FOUR).blend(r7, FOUR);
    FloatVector t0 = s0.blend(s2.rearrange(BY_TWO), TWO);
    FloatVector t1 = s1.blend(s3.rearrange(BY_TWO), TWO);
    FloatVector y0 = t0.blend(t1.rearrange(BY_ONE), ONE);
    if (TWO_SQUARES) {
      y0.intoMemorySegment(ALL, y, ORDER, LEFT);
      y0.intoMemorySegment(ALL, right, ORDER, RIGHT);
    } else {
      y0.intoMemorySegment(ALL, y, ORDER);
    }
    FloatVector y1 = t0.rearrange(BY_ONE).blend(t1, ONE);
    if (TWO_SQUARES) {
      y1.intoMemorySegment(ALL, y + pitch, ORDER, LEFT);
      y1.intoMemorySegment(ALL, right + pitch, ORDER, RIGHT);
    } else {
      y1.intoMemorySegment(ALL, y + pitch, ORDER);
    }
    FloatVector t2 = s0.rearrange(BY_TWO).blend(s2, TWO);
    FloatVector t3 = s1.rearrange(BY_TWO).blend(s3, TWO);
    FloatVector y2 = t2.blend(t3.rearrange(BY_ONE), ONE);
    if (TWO_SQUARES) {
      y2.intoMemorySegment(ALL, y + 2 * pitch, ORDER, LEFT);
      y2.intoMemorySegment(ALL, right + 2 * pitch, ORDER, RIGHT);
    } else {
      y2.intoMemorySegment(ALL, y + 2 * pitch, ORDER);
    }
    FloatVector y3 = t2.rearrange(BY_ONE).blend(t3, ONE);
    if (TWO_SQUARES) {
      y3.intoMemorySegment(ALL, y + 3 * pitch, ORDER, LEFT);
      y3.intoMemorySegment(ALL, right + 3 * pitch, ORDER, RIGHT);
    } else {
      y3.intoMemorySegment(ALL, y + 3 * pitch, ORDER);
    }
    FloatVector t4 = s4.blend(s6.rearrange(BY_TWO), TWO);
    FloatVector t5 = s5.blend(s7.rearrange(BY_TWO), TWO);
    FloatVector y4 = t4.blend(t5.rearrange(BY_ONE), ONE);
    if (TWO_SQUARES) {
      y4.intoMemorySegment(ALL, y + 4 * pitch, ORDER, LEFT);
      y4.intoMemorySegment(ALL, right + 4 * pitch, ORDER, RIGHT);
    } else {
      y4.intoMemorySegment(ALL, y + 4 * pitch, ORDER);
    }
    FloatVector y5 = t4.rearrange(BY_ONE).blend(t5, ONE);
    if (TWO_SQUARES) {
      y5.intoMemorySegment(ALL, y + 5 * pitch, ORDER, LEFT);
      y5.intoMemorySegment(ALL, right + 5 * pitch, ORDER, RIGHT);
    } else {
      y5.intoMemorySegment(ALL, y + 5 * pitch, ORDER);
    }
    FloatVector t6 = s4.rearrange(BY_TWO).blend(s6, TWO);
    FloatVector t7 = s5.rearrange(BY_TWO).blend(s7, TWO);
    FloatVector y6 = t6.blend(t7.rearrange(BY_ONE), ONE);
    if (TWO_SQUARES) {
      y6.intoMemorySegment(ALL, y + 6 * pitch, ORDER, LEFT);
      y6.intoMemorySegment(ALL, right + 6 * pitch, ORDER, RIGHT);
    } else {
      y6.intoMemorySegment(ALL, y + 6 * pitch, ORDER);
    }
    FloatVector y7 = t6.rearrange(BY_ONE).blend(t7, ONE);
    if (TWO_SQUARES) {
      y7.intoMemorySegment(ALL, y + 7 * pitch, ORDER, LEFT);
      y7.intoMemorySegment(ALL, right + 7 * pitch, ORDER, RIGHT);
    } else {
      y7.intoMemorySegment(ALL, y + 7 * pitch, ORDER);
    }
  }
}
