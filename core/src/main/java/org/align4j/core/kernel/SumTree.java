package org.align4j.core.kernel;

/**
 * The order in which kernels add up a row: one for all processors, so that a sum has the same bits
 * with vectors of 16, 8 or 4 lanes and without any.
 *
 * <p>Element i goes to partial sum {@code i mod 16}; each of the sixteen is a chain in ascending
 * order, begun at +0, of additions or of fused multiply-adds as the kernel says. Then halves are
 * added onto each other: {@code s[j] + s[j + 8]} for j below 8, {@code s[j] + s[j + 4]} below 4,
 * {@code s[j] + s[j + 2]} below 2, and what is left. A sum of −0 becomes +0: what a tail is filled
 * up with then leaves no trace. With 16 lanes a vector holds the partial sums; with 8 and 4 there
 * are two and four vectors of them.
 *
 * <p>So are added: squares, products and totals of a norm's row, exponentials over a slice of the
 * vocabulary, squares of gradients (whole sixteens; up to fifteen that are left are a chain of
 * their own, added last). All other sums are single chains in ascending order, whatever the lanes:
 * products over their depth, the keys of attention in blocks of {@link Kernels#KEY_BLOCK}, and what
 * goes over rows (gradients of weights, biases and tables).
 */
final class SumTree {

  /** Partial sums. */
  static final int WAYS = 16;

  private final float[] partial = new float[WAYS];

  /** Largest multiple of {@link #WAYS} up to {@code n}. */
  static int bound(int n) {
    return n & -WAYS;
  }

  /** Adds element i. */
  void add(int i, float value) {
    partial[i % WAYS] += value;
  }

  /** Adds a product as element i, fused. */
  void add(int i, float a, float b) {
    partial[i % WAYS] = Math.fma(a, b, partial[i % WAYS]);
  }

  /** Sum of all. */
  float total() {
    for (int half = WAYS / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        partial[j] += partial[j + half];
      }
    }
    return partial[0] + 0f;
  }

  /** Sum of the partial sums at an address, which are overwritten. */
  static float total(long partials) {
    for (int half = WAYS / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        long at = partials + 4L * j;
        Memory.set(at, Memory.get(at) + Memory.get(at + 4L * half));
      }
    }
    return Memory.get(partials) + 0f;
  }
}
