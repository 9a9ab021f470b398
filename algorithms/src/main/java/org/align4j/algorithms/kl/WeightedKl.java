package org.align4j.algorithms.kl;

import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A KL term of a loss: an estimate under its clamps, weighted by the ratio to the policy that
 * sampled.
 *
 * @param kl the estimate
 * @param weighting what the ratio does
 */
public record WeightedKl(TokenKl kl, KlWeighting weighting) {

  /** Upper bound of the ratio in {@link KlWeighting#GRADIENT}; OpenRLHF's KL_IS_WEIGHT_CLIP. */
  private static final double MOST = 10;

  /**
   * The term {@code [B,T]}, 0 where masked.
   *
   * @param oldLogProbs of the policy that sampled
   */
  public INDArray value(
      INDArray logProbs, INDArray oldLogProbs, INDArray refLogProbs, INDArray mask) {
    INDArray value = kl.value(logProbs, refLogProbs, mask);
    return weighting == KlWeighting.VALUE ? value.muli(ratio(logProbs, oldLogProbs, mask)) : value;
  }

  /** What it back-propagates to the log-probs {@code [B,T]}, 0 where masked. */
  public INDArray derivative(
      INDArray logProbs, INDArray oldLogProbs, INDArray refLogProbs, INDArray mask) {
    return switch (weighting) {
      case NONE -> kl.derivative(logProbs, refLogProbs, mask);
      case GRADIENT ->
          Masked.clip(ratio(logProbs, oldLogProbs, mask), 0, MOST)
              .muli(logProbs.sub(refLogProbs))
              .muli(mask);
      // (k ρ)' = (k' + k) ρ
      case VALUE ->
          kl.derivative(logProbs, refLogProbs, mask)
              .addi(kl.value(logProbs, refLogProbs, mask))
              .muli(ratio(logProbs, oldLogProbs, mask));
    };
  }

  /** What is masked may hold anything: its ratio is 1. */
  private static INDArray ratio(INDArray logProbs, INDArray oldLogProbs, INDArray mask) {
    return Transforms.exp(logProbs.sub(oldLogProbs).muli(mask), false);
  }
}
