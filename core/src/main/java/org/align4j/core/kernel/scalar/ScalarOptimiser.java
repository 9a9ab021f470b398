package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;

/**
 * AdamW, Loshchilov and Hutter (2019), algorithm 2, in float, and a gradient's norm: the operations
 * of {@code VectorOptimiser} one by one.
 */
public final class ScalarOptimiser implements OptimiserKernels {

  /** Squares added in float before the sum goes on in double. */
  public static final int CHUNK = 1024;

  @Override
  public void sumOfSquares(NativeFloats x, double[] partials, int from, int to) {
    for (int tile = from; tile < to; tile++) {
      long start = (long) tile * SUM_TILE;
      int count = (int) Math.min(SUM_TILE, x.length() - start);
      partials[tile] = sumOfSquares(x.address() + 4L * start, count);
    }
  }

  private static double sumOfSquares(long x, int count) {
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

  @Override
  public void adamW(Moments moments, AdamWStep step, long from, long to) {
    adamW(
        moments.parameter().slice(from, to - from).address(),
        moments.gradient().slice(from, to - from).address(),
        moments.m().slice(from, to - from).address(),
        moments.v().slice(from, to - from).address(),
        step,
        0,
        Math.toIntExact(to - from));
  }

  /** Elements {@code [from, to)} of memory at these addresses. */
  public static void adamW(
      long parameter, long gradient, long m, long v, AdamWStep step, int from, int to) {
    float scale = step.gradientScale();
    float rate = (float) step.learningRate();
    float beta1 = (float) step.beta1();
    float own1 = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float own2 = (float) (1 - step.beta2());
    float eps = (float) step.eps();
    float kept = step.kept();
    float inverse1 = step.correction1();
    float inverse2 = step.correction2();
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
