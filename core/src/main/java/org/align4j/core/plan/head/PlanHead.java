package org.align4j.core.plan.head;

import org.align4j.core.kernel.memory.Matrix;
import org.jspecify.annotations.Nullable;

/** What a plan ends in, applied at the labelled rows. */
public sealed interface PlanHead extends AutoCloseable permits LanguageHead, ScalarOutput {

  /**
   * Computes the outputs of labelled rows {@code [0, count)}.
   *
   * @param hidden {@code [N,D]}
   * @param rows rows of hidden
   * @param labels token ids
   * @param results written at {@code [0, count)}
   * @param keep whether a backward pass may follow: what it needs is kept as far as memory allows
   */
  void forward(
      Matrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadResults results,
      boolean keep);

  /**
   * Adds the gradient of the rows listed to {@code dHidden} and to the parameters' gradients.
   *
   * @param coefficients of the same rows
   * @param kept which of the rows of the last forward pass that kept these are, ascending; null
   *     where {@code hidden} is of another pass
   */
  void backward(
      Matrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadCoefficients coefficients,
      Matrix dHidden,
      int @Nullable [] kept);

  @Override
  void close();

  /**
   * Outputs of labelled rows.
   *
   * @param outputs log-probs or values
   * @param entropy in nats; empty for a scalar head
   * @param logSumExp of the tempered logits; empty for a scalar head
   */
  record HeadResults(float[] outputs, float[] entropy, float[] logSumExp) {}

  /**
   * Coefficients of the backward pass, all of the same rows.
   *
   * @param logSumExp as it came out of the forward pass, as entropy
   */
  record HeadCoefficients(
      float[] dOutputs, float @Nullable [] dEntropy, float[] logSumExp, float[] entropy) {}
}
