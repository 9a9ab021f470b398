package org.align4j.cuda.kernel;

import static org.align4j.cuda.kernel.Elements.check;
import static org.align4j.cuda.kernel.Elements.checkColumns;

import org.align4j.core.kernel.HeadKernels;
import org.align4j.cuda.driver.Device;

/**
 * Heads: {@code head.cu}, as core's {@code HeadKernels}. The same bits but for logarithms and
 * exponentials in double, which are the device's: log-sum-exp and entropy may differ in the last
 * bit. Per row there is an int (labels, tokens, row numbers), a float or a double in device memory.
 */
public final class Heads {

  private static final int THREADS = 256;

  private final Call sliceStatistics;
  private final Call combineStatistics;
  private final Call labelLogits;
  private final Call logProbs;
  private final Call logitsGradient;
  private final Call sampleTokens;
  private final Call scalarHead;
  private final Call scalarHeadGradient;

  /** The kernels of a loaded program. */
  public Heads(Device.Program program) {
    sliceStatistics = new Call(program, "slice_statistics");
    combineStatistics = new Call(program, "combine_statistics");
    labelLogits = new Call(program, "label_logits");
    logProbs = new Call(program, "log_probs");
    logitsGradient = new Call(program, "logits_gradient");
    sampleTokens = new Call(program, "sample_tokens");
    scalarHead = new Call(program, "scalar_head");
    scalarHeadGradient = new Call(program, "scalar_head_gradient");
  }

  /**
   * Maximum and sums of each slice of {@link HeadKernels#SLICE} columns.
   *
   * @param columns of the logits, which begin at vocabulary column {@code slice · SLICE}
   * @param statistics {@code [≥ rows, 3 · slices]}
   * @param slice the first
   */
  public void sliceStatistics(
      DeviceMatrix logits,
      int columns,
      float temperature,
      DeviceMatrix statistics,
      int slice,
      int rows) {
    check("logits", logits, rows, columns);
    check("statistics", statistics, rows, 3 * (slice + HeadKernels.slices(columns)));
    sliceStatistics.begin().matrix(logits).integer(columns).real(temperature).matrix(statistics);
    sliceStatistics.integer(slice).integer(rows);
    sliceStatistics.launch(rows, Math.ceilDiv(HeadKernels.slices(columns), 4), 128);
  }

  /** Log-sum-exp and entropy (nats) of each row from all its slices. */
  public void combineStatistics(
      DeviceMatrix statistics, int slices, long logSumExp, long entropy, int rows) {
    check("statistics", statistics, rows, 3 * slices);
    combineStatistics.begin().matrix(statistics).integer(slices).address(logSumExp);
    combineStatistics.address(entropy).integer(rows);
    combineStatistics.launch(Math.ceilDiv(rows, 4), 128);
  }

  /**
   * {@code out[n] =} the logit of row n's label where it is one of these columns, else untouched.
   *
   * @param column vocabulary column of the first
   */
  public void labelLogits(
      DeviceMatrix logits, int column, int columns, long labels, long out, int rows) {
    check("logits", logits, rows, columns);
    labelLogits.begin().matrix(logits).integer(column).integer(columns).address(labels);
    labelLogits.address(out).integer(rows);
    labelLogits.launch(Math.ceilDiv(rows, THREADS), THREADS);
  }

  /** {@code out = labelLogits / temperature − logSumExp}. */
  public void logProbs(long labelLogits, float temperature, long logSumExp, long out, int rows) {
    logProbs.begin().address(labelLogits).real(temperature).address(logSumExp).address(out);
    logProbs.integer(rows);
    logProbs.launch(Math.ceilDiv(rows, THREADS), THREADS);
  }

  /**
   * Replaces logits by their gradient, see {@link HeadKernels#logitsGradient}.
   *
   * @param column vocabulary column of the first
   * @param dEntropy 0 for none
   */
  public void logitsGradient(
      DeviceMatrix logits,
      int column,
      int columns,
      long labels,
      float temperature,
      long logSumExp,
      long entropy,
      long dLogProb,
      long dEntropy,
      int rows) {
    check("logits", logits, rows, columns);
    logitsGradient.begin().matrix(logits).integer(column).integer(columns).address(labels);
    logitsGradient.real(temperature).address(logSumExp).address(entropy).address(dLogProb);
    logitsGradient.address(dEntropy).integer(rows);
    logitsGradient.launch(rows, Math.ceilDiv(columns, 1024), THREADS);
  }

  /**
   * A token of each row and its log-prob.
   *
   * @param vocabulary columns of the logits
   * @param statistics of all slices, by {@link #sliceStatistics}
   * @param uniforms doubles in [0,1)
   * @param greedy takes the first of the most likely instead
   */
  public void sampleTokens(
      DeviceMatrix logits,
      int vocabulary,
      float temperature,
      DeviceMatrix statistics,
      long logSumExp,
      long uniforms,
      boolean greedy,
      long tokens,
      long logProbs,
      int rows) {
    check("logits", logits, rows, vocabulary);
    check("statistics", statistics, rows, 3 * HeadKernels.slices(vocabulary));
    sampleTokens.begin().matrix(logits).integer(vocabulary).real(temperature).matrix(statistics);
    sampleTokens.address(logSumExp).address(uniforms).flag(greedy).address(tokens);
    sampleTokens.address(logProbs).integer(rows);
    sampleTokens.launch(rows, THREADS);
  }

  /**
   * {@code values[n] = x[rows[n]] · weight + bias}.
   *
   * @param bias 0 for none
   */
  public void scalarHead(
      DeviceMatrix x, long rows, long weight, long bias, long values, int count, int columns) {
    checkColumns("x", x, columns);
    scalarHead.begin().matrix(x).address(rows).address(weight).address(bias).address(values);
    scalarHead.integer(count).integer(columns);
    scalarHead.launch(Math.ceilDiv(count, 32), 128);
  }

  /**
   * Adds the gradients of {@link #scalarHead}.
   *
   * @param rows of x, one of each value; a row may come several times
   * @param dBias 0 for none
   */
  public void scalarHeadGradient(
      DeviceMatrix x,
      long rows,
      int count,
      long weight,
      long dValues,
      DeviceMatrix dx,
      long dWeight,
      long dBias,
      int columns) {
    checkColumns("x", x, columns);
    checkColumns("dx", dx, columns);
    if (count == 0) {
      return;
    }
    scalarHeadGradient.begin().matrix(x).address(rows).integer(count).address(weight);
    scalarHeadGradient.address(dValues).matrix(dx).address(dWeight).address(dBias);
    scalarHeadGradient.integer(columns);
    scalarHeadGradient.launch(Math.ceilDiv(columns, THREADS), 2, THREADS);
  }
}
