package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.NativeFloats;

/** Passes over all parameters. Conventions: {@link Kernels}. */
public interface OptimiserKernels {

  /** Floats per tile of {@link #sumOfSquares}. */
  int SUM_TILE = 1 << 16;

  /**
   * What {@link #adamW} updates, flat and of one length.
   *
   * @param parameter θ
   * @param gradient before the scale
   * @param m first moment
   * @param v second moment
   */
  record Moments(NativeFloats parameter, NativeFloats gradient, NativeFloats m, NativeFloats v) {}

  /**
   * One update of {@link #adamW}.
   *
   * @param gradientScale what gradients are multiplied with
   * @param learningRate lr
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the root of the second moment
   * @param decay weight decay
   * @param step t, from 1
   */
  record AdamWStep(
      float gradientScale,
      double learningRate,
      double beta1,
      double beta2,
      double eps,
      double decay,
      int step) {

    /** What is left of a parameter: {@code 1 − lr·decay}. */
    public float kept() {
      return (float) (1 - learningRate * decay);
    }

    /** {@code 1/(1−β1ᵗ)}. */
    public float correction1() {
      return (float) (1 / (1 - StrictMath.pow(beta1, step)));
    }

    /** {@code 1/(1−β2ᵗ)}. */
    public float correction2() {
      return (float) (1 / (1 - StrictMath.pow(beta2, step)));
    }
  }

  /**
   * {@code partials[t] = Σ x²} in double over tile t of {@link #SUM_TILE} floats; add the partials
   * in order. Split: tiles.
   */
  void sumOfSquares(NativeFloats x, double[] partials, int from, int to);

  /**
   * AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW): with {@code g = gradientScale ·
   * gradient}: {@code θ −= lr·decay·θ; m = β1·m + (1−β1)·g; v = β2·v + (1−β2)·g²; θ −= lr ·
   * (m/(1−β1ᵗ)) / (sqrt(v/(1−β2ᵗ)) + eps)}. Split: floats.
   */
  void adamW(Moments moments, AdamWStep step, long from, long to);
}
