package org.align4j.algorithms.reward.shaping;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The paper's reward processing (§3.4), in its order: z-score, clip, scale.
 *
 * @param normalize whether scores are z-scored
 * @param low lower bound after that; −∞ for none
 * @param high upper bound; ∞ for none
 * @param scale factor after that; 1 for none
 */
public record ScoreShaping(boolean normalize, double low, double high, double scale) {

  /** Nothing is changed. */
  public static final ScoreShaping NONE =
      new ScoreShaping(false, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1);

  /** Checks the bounds and the scale. */
  public ScoreShaping {
    checkArgument(low < high, "low is %s: it must be below high (%s)", low, high);
    checkArgument(scale > 0 && Double.isFinite(scale), "scale is %s: it must be above 0", scale);
  }

  /**
   * Shaped scores {@code [B]}.
   *
   * @param statistics of the batch ({@link ScoreNormalizer#of}) or of all scores so far ({@link
   *     ScoreNormalizer#plus})
   */
  public INDArray apply(INDArray scores, ScoreNormalizer statistics) {
    INDArray shaped = normalize ? statistics.normalize(scores) : scores;
    return Masked.clip(shaped, low, high).muli(scale);
  }
}
