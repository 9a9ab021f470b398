package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static org.align4j.cuda.kernel.Elements.check;

import org.align4j.cuda.driver.Device;

/**
 * Norms of rows: {@code norms.cu}, the bits of core's {@code NormKernels}. Weights, biases and
 * statistics are dense floats in device memory.
 */
public final class Norms {

  private static final int THREADS = 128;
  private static final int WEIGHT_THREADS = 256;
  private static final int WEIGHT_COLUMNS = 32;

  /** Vectors up to this length are normed eight a block. */
  private static final int SHORT = 256;

  private final Call rmsNorm;
  private final Call rmsNormGradient;
  private final Call rmsNormWeightGradient;
  private final Call layerNorm;
  private final Call layerNormGradient;
  private final Call layerNormWeightGradient;

  /** The kernels of a loaded program. */
  public Norms(Device.Program program) {
    rmsNorm = new Call(program, "rms_norm");
    rmsNormGradient = new Call(program, "rms_norm_gradient");
    rmsNormWeightGradient = new Call(program, "rms_norm_weight_gradient");
    layerNorm = new Call(program, "layer_norm");
    layerNormGradient = new Call(program, "layer_norm_gradient");
    layerNormWeightGradient = new Call(program, "layer_norm_weight_gradient");
  }

  private static void checkBlocks(int columns, int d) {
    checkArgument(d > 0 && columns % d == 0, "%s columns are no whole blocks of %s", columns, d);
  }

  private static void launch(Call call, int rows, int columns, int d) {
    long vectors = (long) rows * (columns / d);
    call.launch(d <= SHORT ? (vectors + 7) / 8 : vectors, THREADS);
  }

  /**
   * {@code y = x · weight / sqrt(mean(x²) + eps)} over each d columns by themselves; y may be x.
   *
   * @param weight {@code [d]}
   */
  public void rmsNorm(
      DeviceMatrix x, long weight, float eps, DeviceMatrix y, int rows, int columns, int d) {
    check("x", x, rows, columns);
    check("y", y, rows, columns);
    checkBlocks(columns, d);
    rmsNorm.begin().matrix(x).address(weight).real(eps).matrix(y);
    rmsNorm.integer(rows).integer(columns).integer(d);
    launch(rmsNorm, rows, columns, d);
  }

  /**
   * Input gradient of {@link #rmsNorm}, overwritten or added.
   *
   * @param dx may be dy where no gradient of the weight follows
   * @param statistics {@code [rows · columns/d]}, written: {@code 1/sqrt(mean(x²) + eps)}
   */
  public void rmsNormGradient(
      DeviceMatrix x,
      long weight,
      float eps,
      DeviceMatrix dy,
      DeviceMatrix dx,
      boolean add,
      long statistics,
      int rows,
      int columns,
      int d) {
    check("x", x, rows, columns);
    check("dy", dy, rows, columns);
    check("dx", dx, rows, columns);
    checkBlocks(columns, d);
    rmsNormGradient.begin().matrix(x).address(weight).real(eps).matrix(dy).matrix(dx).flag(add);
    rmsNormGradient.address(statistics).integer(rows).integer(columns).integer(d);
    launch(rmsNormGradient, rows, columns, d);
  }

  /** {@code dw[c] += Σ_n Σ_b dy · x · statistics}, in order, after {@link #rmsNormGradient}. */
  public void rmsNormWeightGradient(
      DeviceMatrix x, DeviceMatrix dy, long statistics, int rows, int columns, int d, long dw) {
    check("x", x, rows, columns);
    check("dy", dy, rows, columns);
    checkBlocks(columns, d);
    rmsNormWeightGradient.begin().matrix(x).matrix(dy).address(statistics);
    rmsNormWeightGradient.integer(rows).integer(columns).integer(d).address(dw);
    rmsNormWeightGradient.launch((d + WEIGHT_COLUMNS - 1) / WEIGHT_COLUMNS, WEIGHT_THREADS);
  }

  /** {@code y = (x − mean)/sqrt(var + eps) · weight + bias}; y may be x. */
  public void layerNorm(
      DeviceMatrix x, long weight, long bias, float eps, DeviceMatrix y, int rows, int columns) {
    check("x", x, rows, columns);
    check("y", y, rows, columns);
    layerNorm.begin().matrix(x).address(weight).address(bias).real(eps).matrix(y);
    layerNorm.integer(rows).integer(columns);
    launch(layerNorm, rows, columns, columns);
  }

  /**
   * Input gradient of {@link #layerNorm}, overwritten or added.
   *
   * @param dx may be dy where no gradient of the weight follows
   * @param statistics {@code [2·rows]}, written: mean and 1/deviation of each row
   */
  public void layerNormGradient(
      DeviceMatrix x,
      long weight,
      float eps,
      DeviceMatrix dy,
      DeviceMatrix dx,
      boolean add,
      long statistics,
      int rows,
      int columns) {
    check("x", x, rows, columns);
    check("dy", dy, rows, columns);
    check("dx", dx, rows, columns);
    layerNormGradient.begin().matrix(x).address(weight).real(eps).matrix(dy).matrix(dx).flag(add);
    layerNormGradient.address(statistics).integer(rows).integer(columns);
    launch(layerNormGradient, rows, columns, columns);
  }

  /** Adds the gradients of weight and bias, in order, after {@link #layerNormGradient}. */
  public void layerNormWeightGradient(
      DeviceMatrix x, DeviceMatrix dy, long statistics, int rows, long dw, long db, int columns) {
    check("x", x, rows, columns);
    check("dy", dy, rows, columns);
    layerNormWeightGradient.begin().matrix(x).matrix(dy).address(statistics).integer(rows);
    layerNormWeightGradient.address(dw).address(db).integer(columns);
    layerNormWeightGradient.launch((columns + WEIGHT_COLUMNS - 1) / WEIGHT_COLUMNS, WEIGHT_THREADS);
  }
}
