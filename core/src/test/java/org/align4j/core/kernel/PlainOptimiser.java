package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.NativeFloats;

/** AdamW by its definition, Loshchilov and Hutter (2019), algorithm 2, and a gradient's norm. */
final class PlainOptimiser {

  private PlainOptimiser() {}

  /** A partial sum for each tile: the clip by the global norm adds them up. */
  static void sumOfSquares(NativeFloats x, double[] partials, int from, int to) {
    for (int tile = from; tile < to; tile++) {
      double sum = 0;
      long end = Math.min(x.length(), (tile + 1L) * OptimiserKernels.SUM_TILE);
      for (long i = (long) tile * OptimiserKernels.SUM_TILE; i < end; i++) {
        sum += (double) x.get(i) * x.get(i);
      }
      partials[tile] = sum;
    }
  }

  static void adamW(
      NativeFloats parameter,
      NativeFloats gradient,
      NativeFloats m,
      NativeFloats v,
      float gradientScale,
      double learningRate,
      double beta1,
      double beta2,
      double eps,
      double decay,
      int step,
      long from,
      long to) {
    double correction1 = 1 - Math.pow(beta1, step);
    double correction2 = 1 - Math.pow(beta2, step);
    for (long i = from; i < to; i++) {
      double g = (double) gradientScale * gradient.get(i);
      m.set(i, (float) (beta1 * m.get(i) + (1 - beta1) * g));
      v.set(i, (float) (beta2 * v.get(i) + (1 - beta2) * g * g));
      double kept = parameter.get(i) * (1 - learningRate * decay);
      double direction = m.get(i) / correction1 / (Math.sqrt(v.get(i) / correction2) + eps);
      parameter.set(i, (float) (kept - learningRate * direction));
    }
  }
}
