package org.align4j.algorithms.loss.preference;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Log-probs of one side's responses, {@code [B]} each.
 *
 * @param policy sums over the response tokens
 * @param reference the frozen model's; 0 where the loss has none
 * @param lengths response tokens
 */
public record ResponseLogProbs(INDArray policy, INDArray reference, INDArray lengths) {

  /** Checks that the vectors belong together. */
  public ResponseLogProbs {
    Pairs.check("policy", policy, "reference", reference);
    Pairs.check("policy", policy, "lengths", lengths);
  }

  /** Mean log-prob of a response's token under the policy, {@code [B]}. */
  public INDArray mean() {
    return policy.div(lengths);
  }

  /** {@code log π − log π_ref} of whole responses, {@code [B]}. */
  public INDArray logRatio() {
    return policy.sub(reference);
  }
}
