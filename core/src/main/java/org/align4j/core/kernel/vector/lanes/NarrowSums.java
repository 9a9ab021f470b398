package org.align4j.core.kernel.vector.lanes;

import static org.align4j.core.kernel.SumTree.WAYS;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.align4j.core.kernel.SumTree;

/**
 * {@link VectorSums} for 8 and 4 lanes: two or four vectors of partial sums, which are locals; the
 * steps are small methods, so nothing is boxed.
 */
public final class NarrowSums {

  /** Whether there are a third and a fourth one. */
  private static final boolean FOUR = COUNT <= 4;

  private NarrowSums() {}

  /** {@code Σ (x − shift)²}. */
  public static float squares(long x, float shift, int d) {
    FloatVector a = zero();
    FloatVector b = zero();
    FloatVector c = zero();
    FloatVector e = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      long at = x + 4L * i;
      a = square(at, shift, a);
      b = square(at + BYTES, shift, b);
      if (FOUR) {
        c = square(at + 2 * BYTES, shift, c);
        e = square(at + 3 * BYTES, shift, e);
      }
    }
    int left = d - bound;
    if (left > 0) {
      long at = x + 4L * bound;
      a = square(at, shift, a, lanes(0, left));
      if (left > COUNT) {
        b = square(at + BYTES, shift, b, lanes(1, left));
      }
      if (FOUR && left > 2 * COUNT) {
        c = square(at + 2 * BYTES, shift, c, lanes(2, left));
        e = square(at + 3 * BYTES, shift, e, lanes(3, left));
      }
    }
    return sum(a, b, c, e);
  }

  private static FloatVector square(long x, float shift, FloatVector sum) {
    FloatVector v = load(x).sub(shift);
    return v.fma(v, sum);
  }

  private static FloatVector square(long x, float shift, FloatVector sum, VectorMask<Float> mask) {
    FloatVector v = zero().blend(load(x, mask).sub(shift), mask);
    return v.fma(v, sum);
  }

  /** {@code Σ x}. */
  public static float total(long x, int d) {
    FloatVector a = zero();
    FloatVector b = zero();
    FloatVector c = zero();
    FloatVector e = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      long at = x + 4L * i;
      a = load(at).add(a);
      b = load(at + BYTES).add(b);
      if (FOUR) {
        c = load(at + 2 * BYTES).add(c);
        e = load(at + 3 * BYTES).add(e);
      }
    }
    int left = d - bound;
    if (left > 0) {
      long at = x + 4L * bound;
      a = load(at, lanes(0, left)).add(a);
      if (left > COUNT) {
        b = load(at + BYTES, lanes(1, left)).add(b);
      }
      if (FOUR && left > 2 * COUNT) {
        c = load(at + 2 * BYTES, lanes(2, left)).add(c);
        e = load(at + 3 * BYTES, lanes(3, left)).add(e);
      }
    }
    return sum(a, b, c, e);
  }

  /** {@code Σ w·dy·(x − shift)}: the first product is rounded, the second is fused. */
  public static float dot(long w, long dy, long x, float shift, int d) {
    FloatVector a = zero();
    FloatVector b = zero();
    FloatVector c = zero();
    FloatVector e = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      long at = 4L * i;
      a = product(w + at, dy + at, x + at, shift, a);
      at += BYTES;
      b = product(w + at, dy + at, x + at, shift, b);
      if (FOUR) {
        at += BYTES;
        c = product(w + at, dy + at, x + at, shift, c);
        at += BYTES;
        e = product(w + at, dy + at, x + at, shift, e);
      }
    }
    int left = d - bound;
    if (left > 0) {
      long at = 4L * bound;
      a = product(w + at, dy + at, x + at, shift, a, lanes(0, left));
      if (left > COUNT) {
        at += BYTES;
        b = product(w + at, dy + at, x + at, shift, b, lanes(1, left));
      }
      if (FOUR && left > 2 * COUNT) {
        at += BYTES;
        c = product(w + at, dy + at, x + at, shift, c, lanes(2, left));
        at += BYTES;
        e = product(w + at, dy + at, x + at, shift, e, lanes(3, left));
      }
    }
    return sum(a, b, c, e);
  }

  private static FloatVector product(long w, long dy, long x, float shift, FloatVector sum) {
    return load(w).mul(load(dy)).fma(load(x).sub(shift), sum);
  }

  private static FloatVector product(
      long w, long dy, long x, float shift, FloatVector sum, VectorMask<Float> mask) {
    FloatVector v = zero().blend(load(x, mask).sub(shift), mask);
    return load(w, mask).mul(load(dy, mask)).fma(v, sum);
  }

  /** {@code Σ w·dy}. */
  public static float dot(long w, long dy, int d) {
    FloatVector a = zero();
    FloatVector b = zero();
    FloatVector c = zero();
    FloatVector e = zero();
    int bound = SumTree.bound(d);
    for (int i = 0; i < bound; i += WAYS) {
      long at = 4L * i;
      a = load(w + at).fma(load(dy + at), a);
      at += BYTES;
      b = load(w + at).fma(load(dy + at), b);
      if (FOUR) {
        at += BYTES;
        c = load(w + at).fma(load(dy + at), c);
        at += BYTES;
        e = load(w + at).fma(load(dy + at), e);
      }
    }
    int left = d - bound;
    if (left > 0) {
      long at = 4L * bound;
      a = product(w + at, dy + at, a, lanes(0, left));
      if (left > COUNT) {
        at += BYTES;
        b = product(w + at, dy + at, b, lanes(1, left));
      }
      if (FOUR && left > 2 * COUNT) {
        at += BYTES;
        c = product(w + at, dy + at, c, lanes(2, left));
        at += BYTES;
        e = product(w + at, dy + at, e, lanes(3, left));
      }
    }
    return sum(a, b, c, e);
  }

  private static FloatVector product(long w, long dy, FloatVector sum, VectorMask<Float> mask) {
    return load(w, mask).fma(load(dy, mask), sum);
  }

  /** The sum of sixteen partial sums in memory. */
  public static float fold(long partials) {
    FloatVector a = load(partials);
    FloatVector b = load(partials + BYTES);
    FloatVector c = FOUR ? load(partials + 2 * BYTES) : a;
    FloatVector e = FOUR ? load(partials + 3 * BYTES) : b;
    return sum(a, b, c, e);
  }

  /** Lanes of the n-th vector of the last sixteen, of which so many elements are there. */
  private static VectorMask<Float> lanes(int vector, int left) {
    return SPECIES.indexInRange(vector * COUNT, left);
  }

  /** The vectors of partial sums onto each other, then {@link Lanes#sum}. */
  private static float sum(FloatVector a, FloatVector b, FloatVector c, FloatVector e) {
    if (FOUR) {
      return Lanes.sum(a.add(c).add(b.add(e))) + 0f;
    }
    return Lanes.sum(a.add(b)) + 0f;
  }
}
