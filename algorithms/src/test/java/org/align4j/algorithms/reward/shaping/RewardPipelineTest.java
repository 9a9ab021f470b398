package org.align4j.algorithms.reward.shaping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.align4j.algorithms.reward.shaping.RewardPipeline.Judged;
import org.align4j.algorithms.reward.shaping.RewardPipeline.Shaped;
import org.align4j.algorithms.settings.RewardSettings;
import org.align4j.algorithms.settings.RewardSettings.Normalization;
import org.align4j.algorithms.settings.RlSettings;
import org.junit.jupiter.api.Test;

/** Expected values are worked out by hand; double arithmetic of a few terms is within 1e-12. */
class RewardPipelineTest {

  private static final RewardSettings PLAIN = RlSettings.paper().rewards();

  private static Judged scores(double... values) {
    return new Judged(values, new double[values.length], new double[values.length]);
  }

  private static Shaped shape(RewardSettings settings, Judged judged) {
    return new RewardPipeline(settings, 10).shape(judged, null);
  }

  @Test
  void nothingSetChangesNothing() {
    RewardPipeline pipeline = new RewardPipeline(PLAIN, 10);
    Shaped shaped =
        pipeline.shape(
            new Judged(new double[] {0.1, -300}, new double[] {9, 10}, new double[] {0, 1}), null);
    assertThat(shaped.scores()).containsExactly(0.1, -300);
    assertThat(shaped.penalty()).isZero();
    assertThat(shaped.clipped()).isZero();
    assertThat(pipeline.changesNothing()).isTrue();
    assertThat(pipeline.statistics()).isEqualTo(ScoreNormalizer.EMPTY);
  }

  /**
   * 10 tokens at most, the last 4 of them punished up to −2; what is cut off then counts half: (3 −
   * 1)·1 = 2, (3 − 2)/2 = 0.5. Mean 1.25, deviation √1.125, so ±√0.5, held within ±0.5, times 3.
   */
  @Test
  void theOrderIsPenaltiesNormaliserClipScale() {
    RewardSettings settings =
        PLAIN
            .withLengthPenalty(4, 2)
            .withTruncation(0.5)
            .withNormalize(Normalization.BATCH)
            .withClip(0.5)
            .withScale(3);
    Judged judged = new Judged(new double[] {3, 3}, new double[] {8, 10}, new double[] {0, 1});
    Shaped shaped = shape(settings, judged);
    assertThat(shaped.scores()).containsExactly(1.5, -1.5);
    assertThat(shaped.penalty()).isCloseTo(-1.75, within(1e-12));
    assertThat(shaped.clipped()).isEqualTo(1);
    assertThat(shape(settings.withClip(10), judged).scores())
        .containsExactly(new double[] {3 * Math.sqrt(0.5), -3 * Math.sqrt(0.5)}, within(1e-12));
  }

  /** Batches {0, 2} and {4, 6}: of all four the mean is 3 and the squares 20. */
  @Test
  void runningStatisticsAreOfAllScoresSoFarTheBatchIncluded() {
    RewardPipeline pipeline = new RewardPipeline(PLAIN.withNormalize(Normalization.RUNNING), 10);
    pipeline.shape(scores(0, 2), null);
    Shaped second = pipeline.shape(scores(4, 6), null);
    double deviation = Math.sqrt(20.0 / 3);
    assertThat(second.scores())
        .containsExactly(new double[] {1 / deviation, 3 / deviation}, within(1e-12));
    assertThat(second.statistics().mean()).isCloseTo(3, within(1e-12));
    RewardPipeline resumed = new RewardPipeline(PLAIN.withNormalize(Normalization.RUNNING), 10);
    resumed.restore(pipeline.statistics());
    assertThat(resumed.shape(scores(1, 9), null).scores())
        .isEqualTo(pipeline.shape(scores(1, 9), null).scores());
  }

  /** Greedy scores are z-scored by the samples' statistics, clipped and scaled like them. */
  @Test
  void greedyScoresGoTheSameWayAndDoNotCount() {
    for (Normalization normalization :
        new Normalization[] {Normalization.BATCH, Normalization.RUNNING}) {
      RewardPipeline pipeline =
          new RewardPipeline(
              PLAIN.withNormalize(normalization).withClip(2).withScale(10).withTruncation(-1), 10);
      Judged greedy = new Judged(new double[] {1, 50, 7}, new double[3], new double[] {0, 0, 1});
      Shaped shaped = pipeline.shape(scores(0, 2, 1), greedy);
      // Mean 1, deviation 1: 1 is 0, 50 is held at 2, what was cut off is −1 and so −2.
      assertThat(shaped.greedy()).containsExactly(new double[] {0, 20, -20}, within(1e-12));
      assertThat(pipeline.statistics().count())
          .isEqualTo(normalization == Normalization.RUNNING ? 3 : 0);
    }
  }

  @Test
  void aShareOfTheScoresIsHeldByTheClip() {
    assertThat(shape(PLAIN.withClip(1), scores(0, 1, 2, -3)).clipped()).isEqualTo(0.5);
  }

  @Test
  void aPenaltyLongerThanTheResponseIsRefused() {
    assertThatThrownBy(() -> new RewardPipeline(PLAIN.withLengthPenalty(11, 1), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rewards.lengthBuffer is 11: it must be at most rollout.maxNewTokens (10)");
  }
}
