package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.VectorOptimiser;

/**
 * AdamW, Loshchilov and Hutter (2019), algorithm 2, in float, and a gradient's norm: the operations
 * of {@link VectorOptimiser} one by one.
 */
public final class ScalarOptimiser {

  /** Squares added in float before the sum goes on in double. */
  public static final int CHUNK = 1024;

  private ScalarOptimiser() {}

  static double sumOfSquares(long x, int count) {
    double total = 0;
    for (int start = 0; start < count; start += CHUNK) {
      int end = Math.min(count, start + CHUNK);
      int bound = start + SumTree.bound(end - start);
      float sum = ScalarSums.squares(x + 4L * start, 0, bound - start);
      total += sum + squares(x, bound, end);
    }
    return total;
  }

  /** {@code Σ x²} as one chain. */
  public static float squares(long x, int from, int to) {
    float sum = 0;
    for (int i = from; i < to; i++) {
      float v = Memory.get(x + 4L * i);
      sum = Math.fma(v, v, sum);
    }
    return sum;
  }

  public static void adamW(
      long parameter,
      long gradient,
      long m,
      long v,
      float scale,
      float rate,
      float beta1,
      float own1,
      float beta2,
      float own2,
      float eps,
      float kept,
      float inverse1,
      float inverse2,
      int from,
      int to) {
    for (int i = from; i < to; i++) {
      float g = Memory.get(gradient + 4L * i) * scale;
      float first = Math.fma(g, own1, Memory.get(m + 4L * i) * beta1);
      float second = Math.fma(g * g, own2, Memory.get(v + 4L * i) * beta2);
      Memory.set(m + 4L * i, first);
      Memory.set(v + 4L * i, second);
      float direction = first * inverse1 / ((float) Math.sqrt(second * inverse2) + eps);
      float value = Memory.get(parameter + 4L * i) * kept;
      Memory.set(parameter + 4L * i, Math.fma(direction, -rate, value));
    }
  }
}
