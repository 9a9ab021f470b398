package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;

/** Norms of rows. Conventions: {@link Kernels}. */
public interface NormKernels {

  /**
   * Operands of a norm's gradient.
   *
   * @param x what went in, {@code [N, columns]}
   * @param weight scale, {@code [columns]} or of a block of them
   * @param eps added to the mean square or the variance
   * @param dy gradient of what came out
   * @param dx gradient of x, overwritten or added to; dy where no gradient of the weight follows
   * @param add whether dx is added to
   * @param statistics written by the input gradient and read by that of the weight; what they are,
   *     the kernels say
   */
  record Gradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats statistics) {}

  /**
   * {@code y = x · weight / sqrt(mean(x²) + eps)} over each block of {@code weight.length()}
   * columns by itself. In place allowed. Split: rows.
   */
  void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to);

  /**
   * Input gradient of {@link #rmsNorm}. Its statistics are {@code [n·blocks + b] = 1/sqrt(mean(x²)
   * + eps)}. Split: rows.
   */
  void rmsNormGradient(Gradient gradient, int from, int to);

  /**
   * {@code dWeight[c] += Σ_n Σ_b dy · x · statistics}, rows n below {@code rows} in order, after
   * {@link #rmsNormGradient} has written them. Split: columns of the weight.
   */
  void rmsNormWeightGradient(Gradient gradient, int rows, NativeFloats dWeight, int from, int to);

  /**
   * {@code y = (x − mean)/sqrt(var + eps) · weight + bias}, ddof 0. In place allowed. Split: rows.
   */
  void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to);

  /**
   * Input gradient of {@link #layerNorm}. Its statistics are {@code [2n], [2n+1]} = mean and
   * 1/deviation. Split: rows.
   */
  void layerNormGradient(Gradient gradient, int from, int to);

  /**
   * Adds the gradients of weight and bias, rows below {@code rows} in order, after {@link
   * #layerNormGradient}. Split: columns.
   */
  void layerNormWeightGradient(
      Gradient gradient, int rows, NativeFloats dWeight, NativeFloats dBias, int from, int to);
}
