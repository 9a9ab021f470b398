package org.align4j.algorithms.reward.shaping;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a response that was cut off by its length scores: its score times the coefficient, or, for a
 * coefficient below 0, the coefficient itself. OpenRLHF {@code length_penalty.py}, stop-properly
 * penalty.
 *
 * @param coefficient at most 1; 1 changes nothing
 */
public record TruncationPenalty(double coefficient) {

  /** Checks the coefficient. */
  public TruncationPenalty {
    checkArgument(
        coefficient <= 1 && Double.isFinite(coefficient),
        "coefficient is %s: it must be at most 1",
        coefficient);
  }

  /**
   * Scores after the penalty {@code [B]}.
   *
   * @param truncated 1 where the response was cut off {@code [B]}
   */
  public INDArray apply(INDArray scores, INDArray truncated) {
    INDArray cut =
        coefficient < 0 ? truncated.mul(coefficient) : scores.mul(truncated).muli(coefficient);
    return scores.mul(truncated.rsub(1)).addi(cut);
  }
}
