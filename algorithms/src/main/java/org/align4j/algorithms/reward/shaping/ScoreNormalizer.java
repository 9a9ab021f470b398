package org.align4j.algorithms.reward.shaping;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Statistics of scores for a z-score, {@code (r − mean) / max(std, 1e-8)} with ddof 1 (OpenRLHF
 * {@code rm_trainer.py} and {@code model.py}). Immutable: {@link #plus} adds a batch, so running
 * statistics are part of a training state. Chan et al. 1983 joins the batches.
 *
 * @param count scores seen
 * @param mean of them
 * @param squares Σ (r − mean)²
 */
public record ScoreNormalizer(long count, double mean, double squares) {

  /** No scores yet. */
  public static final ScoreNormalizer EMPTY = new ScoreNormalizer(0, 0, 0);

  private static final double LEAST_DEVIATION = 1e-8;

  /** Checks that the statistics are possible. */
  public ScoreNormalizer {
    checkArgument(count >= 0, "count is %s: it must be at least 0", count);
    checkArgument(Double.isFinite(mean), "mean is %s: it must be finite", mean);
    checkArgument(
        squares >= 0 && Double.isFinite(squares), "squares is %s: it must be at least 0", squares);
  }

  /** The statistics of one batch of scores {@code [B]}. */
  public static ScoreNormalizer of(INDArray scores) {
    double mean = scores.meanNumber().doubleValue();
    INDArray centred = scores.sub(mean);
    return new ScoreNormalizer(
        scores.length(), mean, centred.muli(centred).sumNumber().doubleValue());
  }

  /** With the scores of another batch {@code [B]} added. */
  public ScoreNormalizer plus(INDArray scores) {
    ScoreNormalizer other = of(scores);
    long total = count + other.count;
    double shift = other.mean - mean;
    return new ScoreNormalizer(
        total,
        mean + shift * other.count / total,
        squares + other.squares + shift * shift * count * other.count / total);
  }

  /** Standard deviation with ddof 1; 1 before there are two scores. */
  public double deviation() {
    return count < 2 ? 1 : Math.sqrt(squares / (count - 1));
  }

  /** Scores {@code [B]} as deviations from the mean; equal scores give exactly 0. */
  public INDArray normalize(INDArray scores) {
    return scores.sub(mean).divi(Math.max(deviation(), LEAST_DEVIATION));
  }
}
