package org.align4j.algorithms.reward.shaping;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.settings.RewardSettings;
import org.align4j.algorithms.settings.RewardSettings.Normalization;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.core.tensor.Masked;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The one way from judged scores to those that advantages are made of: penalties of long and of
 * truncated responses, z-score, clip, scale. Scores of greedy responses (ReMax) go the same way, by
 * the same statistics, and do not count in them. The running statistics are its whole state.
 */
public final class RewardPipeline {

  private final RewardSettings settings;
  private final @Nullable LengthPenalty lengths;
  private final TruncationPenalty truncation;
  private final ScoreShaping shaping;
  private ScoreNormalizer statistics = ScoreNormalizer.EMPTY;

  /**
   * A pipeline that has seen no score.
   *
   * @param maxNewTokens length at which the penalty of long responses is full
   */
  public RewardPipeline(RewardSettings settings, int maxNewTokens) {
    checkArgument(
        settings.lengthBuffer() <= maxNewTokens,
        "rewards.lengthBuffer is %s: it must be at most rollout.maxNewTokens (%s)",
        settings.lengthBuffer(),
        maxNewTokens);
    this.settings = settings;
    this.lengths =
        settings.lengthBuffer() == 0
            ? null
            : new LengthPenalty(maxNewTokens, settings.lengthBuffer(), settings.lengthFactor());
    this.truncation = new TruncationPenalty(settings.truncation());
    this.shaping =
        new ScoreShaping(
            settings.normalize() != Normalization.NONE,
            -settings.clip(),
            settings.clip(),
            settings.scale());
  }

  /**
   * Responses as they were judged.
   *
   * @param scores {@code [B]}
   * @param tokens of each response {@code [B]}
   * @param truncated 1 where it was cut off by its length, else 0 {@code [B]}
   */
  public record Judged(double[] scores, double[] tokens, double[] truncated) {}

  /**
   * What came of a batch.
   *
   * @param scores {@code [B]}
   * @param greedy those of the greedy responses, or null
   * @param penalty what penalties changed, mean over the batch
   * @param clipped share of scores that the clip holds
   * @param statistics that scores were z-scored with
   */
  public record Shaped(
      double[] scores,
      double @Nullable [] greedy,
      double penalty,
      double clipped,
      ScoreNormalizer statistics) {}

  /** Statistics of all scores so far; those of no score where they are not running. */
  public ScoreNormalizer statistics() {
    return statistics;
  }

  /** Goes on with saved statistics. */
  public void restore(ScoreNormalizer saved) {
    statistics = saved;
  }

  /** Whether scores leave it as they came. */
  public boolean changesNothing() {
    return lengths == null
        && settings.truncation() == 1
        && !shaping.normalize()
        && Double.isInfinite(settings.clip())
        && settings.scale() == 1;
  }

  /** Scores of a batch, which count in the statistics, and of greedy responses, which do not. */
  public Shaped shape(Judged samples, @Nullable Judged greedy) {
    try (ArrayScope _ = ArrayScope.open()) {
      INDArray penalised = penalised(samples);
      ScoreNormalizer by =
          switch (settings.normalize()) {
            case NONE -> ScoreNormalizer.EMPTY;
            case BATCH -> ScoreNormalizer.of(penalised);
            case RUNNING -> statistics.plus(penalised);
          };
      if (settings.normalize() == Normalization.RUNNING) {
        statistics = by;
      }
      INDArray raw = Nd4j.createFromArray(samples.scores());
      return new Shaped(
          shaping.apply(penalised, by).toDoubleVector(),
          greedy == null ? null : shaping.apply(penalised(greedy), by).toDoubleVector(),
          penalised.sub(raw).meanNumber().doubleValue(),
          clipped(penalised, by),
          by);
    }
  }

  private INDArray penalised(Judged judged) {
    INDArray scores = Nd4j.createFromArray(judged.scores());
    INDArray kept =
        lengths == null
            ? scores
            : scores.add(lengths.penalty(Nd4j.createFromArray(judged.tokens())));
    return truncation.apply(kept, Nd4j.createFromArray(judged.truncated()));
  }

  private double clipped(INDArray scores, ScoreNormalizer by) {
    INDArray normal = shaping.normalize() ? by.normalize(scores) : scores;
    return 1 - Masked.inside(normal, shaping.low(), shaping.high()).meanNumber().doubleValue();
  }
}
