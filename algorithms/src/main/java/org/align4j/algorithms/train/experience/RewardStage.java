package org.align4j.algorithms.train.experience;

import com.google.common.primitives.ImmutableIntArray;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.reward.shaping.RewardPipeline;
import org.align4j.algorithms.reward.shaping.RewardPipeline.Judged;
import org.align4j.algorithms.reward.shaping.ScoreNormalizer;
import org.align4j.algorithms.reward.shaping.SpreadFilter;
import org.align4j.algorithms.settings.RewardSettings;
import org.align4j.algorithms.settings.RewardSettings.Normalization;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.rollout.Rollouts;
import org.jspecify.annotations.Nullable;

/** Judged rollouts become those that are learnt from: shaped scores, then the group filter. */
public final class RewardStage {

  private final RewardSettings settings;
  private final RewardPipeline pipeline;

  public RewardStage(RlSettings settings) {
    this.settings = settings.rewards();
    this.pipeline = new RewardPipeline(settings.rewards(), settings.rollout().maxNewTokens());
  }

  /**
   * Rollouts with the scores that advantages are made of.
   *
   * @param rewards {@code [B]}
   * @param greedy those of the greedy responses {@code [B]}, or null
   */
  public record Shaped(Rollouts rollouts, double[] rewards, double @Nullable [] greedy) {

    private Shaped pick(int[] rows) {
      return new Shaped(
          rollouts.pick(rows), pick(rewards, rows), greedy == null ? null : pick(greedy, rows));
    }

    private static double[] pick(double[] values, int[] rows) {
      return java.util.Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
    }
  }

  /** The pipeline's state, to save and restore. */
  public RewardPipeline pipeline() {
    return pipeline;
  }

  public Shaped shape(Rollouts judged, MetricRow metrics) {
    if (judged.size() == 0) {
      return new Shaped(judged, new double[0], null);
    }
    Judged greedy = judged.judgedGreedy();
    RewardPipeline.Shaped shaped = pipeline.shape(judged.judged(), greedy);
    measure(shaped, metrics);
    Shaped all = new Shaped(judged, shaped.scores(), shaped.greedy());
    Shaped kept = settings.filterGroups() ? all.pick(spread(all)) : all;
    metrics.sum(Metric.FILTERED_GROUPS, judged.groupCount() - kept.rollouts().groupCount());
    return kept;
  }

  private static int[] spread(Shaped all) {
    ImmutableIntArray rows = SpreadFilter.rows(all.rewards(), Groups.of(all.rollouts().groups()));
    return rows.toArray();
  }

  private void measure(RewardPipeline.Shaped shaped, MetricRow metrics) {
    if (pipeline.changesNothing()) {
      return;
    }
    metrics.mean(
        Metric.SHAPED_REWARD,
        java.util.Arrays.stream(shaped.scores()).average().orElse(Double.NaN));
    metrics.mean(Metric.REWARD_PENALTY, shaped.penalty());
    metrics.mean(Metric.CLIPPED_REWARDS, shaped.clipped());
    if (settings.normalize() != Normalization.NONE) {
      ScoreNormalizer by = shaped.statistics();
      metrics.mean(Metric.NORMALIZER_MEAN, by.mean());
      metrics.mean(Metric.NORMALIZER_DEVIATION, by.deviation());
    }
  }
}
