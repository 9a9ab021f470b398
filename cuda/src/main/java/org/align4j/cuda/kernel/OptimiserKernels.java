package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.cuda.driver.Device;

/**
 * Passes over all parameters: {@code optimiser.cu}, the bits of core's {@code OptimiserKernels}.
 */
public final class OptimiserKernels {

  private static final int THREADS = 256;

  private final Call sumOfSquares;
  private final Call adamw;

  /** The kernels of a loaded program. */
  public OptimiserKernels(Device.Program program) {
    sumOfSquares = new Call(program, "sum_of_squares");
    adamw = new Call(program, "adamw");
  }

  /**
   * Sums of squares, a double for each {@code SUM_TILE} floats.
   *
   * @param partials doubles, to be added in order
   */
  public void sumOfSquares(long x, long n, long partials) {
    sumOfSquares.begin().address(x).wide(n).address(partials);
    sumOfSquares.launch(
        Math.ceilDiv(n, org.align4j.core.kernel.OptimiserKernels.SUM_TILE), THREADS);
  }

  /**
   * One update. The addresses are multiples of 16.
   *
   * @param scale of gradients
   * @param own1 {@code 1 − beta1}, rounded once
   * @param own2 {@code 1 − beta2}, rounded once
   * @param kept what is left of a parameter
   * @param inverse1 correction of the first moment
   * @param inverse2 correction of the second moment
   */
  public void adamw(
      long theta,
      long g,
      long m,
      long v,
      long n,
      float scale,
      float rate,
      float beta1,
      float own1,
      float beta2,
      float own2,
      float eps,
      float kept,
      float inverse1,
      float inverse2) {
    checkArgument(((theta | g | m | v) & 15) == 0, "adamw: the arrays begin at multiples of 16");
    adamw.begin().address(theta).address(g).address(m).address(v).wide(n).real(scale).real(rate);
    adamw.real(beta1).real(own1).real(beta2).real(own2).real(eps).real(kept).real(inverse1);
    adamw.real(inverse2);
    adamw.launch(Math.ceilDiv(n, 4L * THREADS), THREADS);
  }
}
