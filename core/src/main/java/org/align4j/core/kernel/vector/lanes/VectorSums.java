package org.align4j.core.kernel.vector.lanes;

import static org.align4j.core.kernel.SumTree.WAYS;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.first;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.align4j.core.kernel.SumTree;

/**
 * Sums over a row in the order of {@link SumTree}, tails masked. With 16 lanes a vector holds the
 * partial sums; less goes to {@link NarrowSums}, so that each method is small enough to be inlined.
 */
public final class VectorSums {

  private static final boolean NARROW = COUNT < WAYS;

  private VectorSums() {}

  /** {@code Σ (x − shift)²}: never −0. */
  public static float squares(long x, float shift, int d) {
    if (NARROW) {
      return NarrowSums.squares(x, shift, d);
    }
    FloatVector a = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      FloatVector v = load(x + 4L * i).sub(shift);
      a = v.fma(v, a);
    }
    if (bound < d) {
      VectorMask<Float> mask = first(d - bound);
      FloatVector v = zero().blend(load(x + 4L * bound, mask).sub(shift), mask);
      a = v.fma(v, a);
    }
    return Lanes.sum(a);
  }

  /** {@code Σ x²} over whole sixteens: never −0. */
  public static float squares(long x, int count) {
    if (NARROW) {
      return NarrowSums.squares(x, 0, count);
    }
    FloatVector a = zero();
    for (int i = 0; i < count; i += WAYS) {
      FloatVector v = load(x + 4L * i);
      a = v.fma(v, a);
    }
    return Lanes.sum(a);
  }

  /** {@code Σ x}. */
  public static float total(long x, int d) {
    if (NARROW) {
      return NarrowSums.total(x, d);
    }
    FloatVector a = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      a = load(x + 4L * i).add(a);
    }
    if (bound < d) {
      a = load(x + 4L * bound, first(d - bound)).add(a);
    }
    return sum(a);
  }

  /** {@code Σ w·dy·(x − shift)}: the first product is rounded, the second is fused. */
  public static float dot(long w, long dy, long x, float shift, int d) {
    if (NARROW) {
      return NarrowSums.dot(w, dy, x, shift, d);
    }
    FloatVector a = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      a = load(w + 4L * i).mul(load(dy + 4L * i)).fma(load(x + 4L * i).sub(shift), a);
    }
    if (bound < d) {
      VectorMask<Float> mask = first(d - bound);
      long at = 4L * bound;
      FloatVector v = zero().blend(load(x + at, mask).sub(shift), mask);
      a = load(w + at, mask).mul(load(dy + at, mask)).fma(v, a);
    }
    return sum(a);
  }

  /** {@code Σ w·dy}. */
  public static float dot(long w, long dy, int d) {
    if (NARROW) {
      return NarrowSums.dot(w, dy, d);
    }
    FloatVector a = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      a = load(w + 4L * i).fma(load(dy + 4L * i), a);
    }
    if (bound < d) {
      VectorMask<Float> mask = first(d - bound);
      a = load(w + 4L * bound, mask).fma(load(dy + 4L * bound, mask), a);
    }
    return sum(a);
  }

  /** The sum of sixteen partial sums in memory. */
  public static float fold(long partials) {
    return NARROW ? NarrowSums.fold(partials) : sum(load(partials));
  }

  private static float sum(FloatVector a) {
    return Lanes.sum(a) + 0f;
  }
}
