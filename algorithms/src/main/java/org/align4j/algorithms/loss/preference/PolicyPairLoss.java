package org.align4j.algorithms.loss.preference;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A loss that trains a policy on preference pairs. */
public interface PolicyPairLoss {

  /**
   * Loss and gradients by the sums of the policy's log-probs, {@code [B]} each.
   *
   * @param kl of the policy to the reference, at least 0; only {@link Kto} reads it
   */
  PairLoss evaluate(ResponseLogProbs chosen, ResponseLogProbs rejected, double kl);

  /** What metrics call the reward of each response, {@code [B]}. */
  INDArray rewards(ResponseLogProbs side);

  /** Whether a frozen reference is scored. */
  default boolean needsReference() {
    return true;
  }

  /** Whether the KL is estimated, on responses to other prompts. */
  default boolean needsKl() {
    return false;
  }
}
