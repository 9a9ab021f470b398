package org.align4j.core.optim;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.tensor.Gradients;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Clipping by the global norm, as {@code torch.nn.utils.clip_grad_norm_}. */
public final class GradientClip {

  /** Added to the norm before the division (torch). */
  private static final double EPSILON = 1e-6;

  private GradientClip() {}

  /**
   * The global norm: a sum of squares in double, in one order whatever the number of threads.
   *
   * @param kernels compute it where given float32 in host memory
   */
  static double norm(Gradients gradients, Kernels kernels, Threads threads) {
    NativeFloats flat = NativeFloats.of(gradients.flat());
    double[] partials =
        new double
            [Math.toIntExact(
                (flat.length() + OptimiserKernels.SUM_TILE - 1) / OptimiserKernels.SUM_TILE)];
    threads.run(
        (from, to, scratch) -> kernels.optimiser().sumOfSquares(flat, partials, from, to),
        partials.length,
        1);
    double sum = 0;
    for (double partial : partials) {
      sum += partial;
    }
    return Math.sqrt(sum);
  }

  /** The global norm of gradients of any type, on any backend. */
  public static double norm(Gradients gradients) {
    INDArray flat = gradients.flat();
    return flat.norm2Number().doubleValue();
  }

  /** What to multiply gradients of this norm with: {@code min(1, maxNorm / (norm + 1e-6))}. */
  public static double coefficient(double norm, double maxNorm) {
    return Math.min(1, maxNorm / (norm + EPSILON));
  }
}
