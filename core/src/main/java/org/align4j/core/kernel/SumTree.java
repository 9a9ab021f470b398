package org.align4j.core.kernel;

import org.align4j.core.kernel.vector.lanes.NarrowSums;
import org.align4j.core.kernel.vector.lanes.VectorSums;

/**
 * The order in which kernels add up a row: one for all processors, so that a sum has the same bits
 * with vectors of 16, 8 or 4 lanes and without any.
 *
 * <p>Element i goes to partial sum {@code i mod 16}; each of the sixteen is a chain in ascending
 * order, begun at +0, of additions or of fused multiply-adds as the kernel says. Then halves are
 * added onto each other: {@code s[j] + s[j + 8]} for j below 8, {@code s[j] + s[j + 4]} below 4,
 * {@code s[j] + s[j + 2]} below 2, and what is left. A sum of −0 becomes +0: what a tail is filled
 * up with then leaves no trace. With 16 lanes a vector holds the partial sums ({@link VectorSums});
 * with 8 and 4 there are two and four vectors of them ({@link NarrowSums}).
 *
 * <p>So are added: squares, products and totals of a norm's row, exponentials over a slice of the
 * vocabulary, squares of gradients (whole sixteens; up to fifteen that are left are a chain of
 * their own, added last). All other sums are single chains in ascending order, whatever the lanes:
 * products over their depth, the keys of attention in blocks of {@link AttentionKernels#KEY_BLOCK},
 * and what goes over rows (gradients of weights, biases and tables).
 */
public final class SumTree {

  /** Partial sums. */
  public static final int WAYS = 16;

  private SumTree() {}

  /** Largest multiple of {@link #WAYS} up to {@code n}. */
  public static int bound(int n) {
    return n & -WAYS;
  }
}
