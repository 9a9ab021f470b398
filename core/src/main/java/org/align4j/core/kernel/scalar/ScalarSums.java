package org.align4j.core.kernel.scalar;

import static org.align4j.core.kernel.SumTree.WAYS;

import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.Memory;

/** Sums over a row in the order of {@link SumTree}, without vectors; nothing is allocated. */
final class ScalarSums {

  private enum Term {
    SQUARE,
    SINGLE,
    PRODUCT,
    SCALED_PRODUCT,
    EXPONENTIAL,
    WEIGHTED_EXPONENTIAL
  }

  private ScalarSums() {}

  /** {@code Σ (x − shift)²}. */
  static float squares(long x, float shift, int d) {
    return sum(Term.SQUARE, x, x, x, 1, shift, d);
  }

  /** {@code Σ x}. */
  static float total(long x, int d) {
    return sum(Term.SINGLE, x, x, x, 1, 0, d);
  }

  /** {@code Σ w·dy·(x − shift)}: the first product is rounded, the second is fused. */
  static float dot(long w, long dy, long x, float shift, int d) {
    return sum(Term.SCALED_PRODUCT, x, w, dy, 1, shift, d);
  }

  /** {@code Σ w·dy}. */
  static float dot(long w, long dy, int d) {
    return sum(Term.PRODUCT, w, dy, dy, 1, 0, d);
  }

  /** {@code Σ e^z}, {@code z = x·factor − shift}. */
  static float exponentials(long x, float factor, float shift, int d) {
    return sum(Term.EXPONENTIAL, x, x, x, factor, shift, d);
  }

  /** {@code Σ z·e^z}, {@code z = x·factor − shift}. */
  static float weightedExponentials(long x, float factor, float shift, int d) {
    return sum(Term.WEIGHTED_EXPONENTIAL, x, x, x, factor, shift, d);
  }

  private static float sum(
      Term term, long x, long a, long b, float factor, float shift, int count) {
    return node(term, x, a, b, factor, shift, count, 0, 1) + 0f;
  }

  /** Sum of the elements {@code first, first + pitch ...}: a chain, or that of two halves. */
  private static float node(
      Term term,
      long x,
      long a,
      long b,
      float factor,
      float shift,
      int count,
      int first,
      int pitch) {
    if (pitch < WAYS) {
      return node(term, x, a, b, factor, shift, count, first, 2 * pitch)
          + node(term, x, a, b, factor, shift, count, first + pitch, 2 * pitch);
    }
    float sum = 0;
    for (int i = first; i < count; i += pitch) {
      long at = 4L * i;
      float v = Memory.get(x + at);
      sum =
          switch (term) {
            case SQUARE -> Math.fma(v - shift, v - shift, sum);
            case SINGLE -> sum + v;
            case PRODUCT -> Math.fma(v, Memory.get(a + at), sum);
            case SCALED_PRODUCT ->
                Math.fma(Memory.get(a + at) * Memory.get(b + at), v - shift, sum);
            case EXPONENTIAL -> sum + ScalarMath.exp(v * factor - shift);
            case WEIGHTED_EXPONENTIAL -> {
              float z = v * factor - shift;
              yield Math.fma(ScalarMath.exp(z), z, sum);
            }
          };
    }
    return sum;
  }
}
