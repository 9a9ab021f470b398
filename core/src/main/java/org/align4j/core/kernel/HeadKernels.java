package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.jspecify.annotations.Nullable;

/**
 * Heads: softmax over a vocabulary in slices, sampling, scalar outputs. Conventions: {@link
 * Kernels}.
 */
public interface HeadKernels {

  /** Columns of the vocabulary over which {@link #sliceStatistics} sums at once. */
  int SLICE = 1024;

  /** Slices of a vocabulary, the last one shorter where it does not divide. */
  static int slices(int vocabulary) {
    return (vocabulary + SLICE - 1) / SLICE;
  }

  /**
   * What {@link #logitsGradient} knows of each row.
   *
   * @param labels {@code [N]}
   * @param temperature of the softmax
   * @param logSumExp {@code [N]}, of all slices
   * @param entropy {@code [N]}, nats
   * @param dLogProb {@code [N]}
   * @param dEntropy {@code [N]}, or null for none
   */
  record LogitsGradient(
      int[] labels,
      float temperature,
      NativeFloats logSumExp,
      NativeFloats entropy,
      float[] dLogProb,
      float @Nullable [] dEntropy) {}

  /**
   * Operands of {@link #scalarHeadGradient}; all gradients are added to.
   *
   * @param x {@code [N, D]}
   * @param rows of x that have values, {@code [count]}
   * @param count number of values
   * @param weight {@code [D]}
   * @param dValues {@code [count]}
   * @param dx {@code [N, D]}
   * @param dWeight {@code [D]}
   * @param dBias {@code [1]}, or null where there is no bias
   */
  record ScalarGradient(
      Matrix x,
      int[] rows,
      int count,
      NativeFloats weight,
      float[] dValues,
      Matrix dx,
      NativeFloats dWeight,
      @Nullable NativeFloats dBias) {}

  /**
   * Of {@code z = logits / temperature} over each slice of {@link #SLICE} columns: {@code
   * statistics[n, 3s], [3s + 1], [3s + 2] = max, Σ exp(z − max), Σ exp(z − max)·(z − max)}, s from
   * {@code slice} on. The logits begin at vocabulary column {@code slice · SLICE} and hold one
   * slice or several. Split: rows.
   */
  void sliceStatistics(
      Matrix logits,
      float temperature,
      Matrix statistics,
      int slice,
      int from,
      int to,
      Scratch scratch);

  /**
   * Combines the slices in order: {@code logSumExp[n]} and {@code entropy[n]} (nats) of row n.
   * Split: rows.
   */
  void combineStatistics(
      Matrix statistics,
      int slices,
      NativeFloats logSumExp,
      NativeFloats entropy,
      int from,
      int to);

  /**
   * Gradient of log-prob and entropy to one slice of logits, in place: {@code dz_j = [dLogProb ·
   * (1[j = label] − p_j) − dEntropy · p_j · (log p_j + entropy)] / temperature}. Split: rows.
   *
   * @param column vocabulary column of the first logit
   */
  void logitsGradient(Matrix logits, int column, LogitsGradient gradient, int from, int to);

  /**
   * Draws from {@code softmax(logits / temperature)} by inverting the cumulative sum at {@code
   * uniform} in [0,1).
   *
   * @param logits all V of them, of one row
   * @param statistics of that row, by {@link #sliceStatistics} for every slice
   */
  int sample(NativeFloats logits, float temperature, NativeFloats statistics, double uniform);

  /** The first of the largest. */
  int argMax(NativeFloats logits);

  /** {@code values[n] = x[rows[n]] · weight + bias}. Split: n. */
  void scalarHead(
      Matrix x,
      int[] rows,
      NativeFloats weight,
      @Nullable NativeFloats bias,
      NativeFloats values,
      int from,
      int to);

  /**
   * Gradients of {@link #scalarHead}, all added, n in order: {@code dx[rows[n]]}, dWeight and
   * dBias. Split: columns (the bias goes with column 0).
   */
  void scalarHeadGradient(ScalarGradient gradient, int from, int to);
}
