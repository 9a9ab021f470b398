package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.core.engine.Engine;
import org.junit.jupiter.api.Test;

class GradientShardsTest {

  private static final RlSettings PPO = TinyRun.SETTINGS.withAlgorithm("ppo");

  /** The denominators are the mini-batch's: shards add up, but for the order of float sums. */
  @Test
  void shardsChangeRoundingOnly() {
    List<ImmutableMap<String, Double>> whole = metrics(PPO);
    for (int shards : new int[] {2, 4, 16}) {
      List<ImmutableMap<String, Double>> cut =
          metrics(PPO.withUpdate(u -> u.withGradientShards(shards)));
      for (int i = 0; i < whole.size(); i++) {
        assertThat(cut.get(i).keySet()).isEqualTo(whole.get(i).keySet());
        for (Map.Entry<String, Double> metric : whole.get(i).entrySet()) {
          assertThat(cut.get(i).get(metric.getKey()))
              .as("%s with %s shards", metric.getKey(), shards)
              .isCloseTo(metric.getValue(), within(1e-4));
        }
      }
    }
  }

  @Test
  void aNumberOfShardsThatIsNoPowerOfTwoIsRefused() {
    assertThatThrownBy(() -> PPO.withUpdate(u -> u.withGradientShards(3)))
        .hasMessage("update.gradientShards is 3: it must be a power of two");
  }

  @Test
  void aLossThatLooksAtTheWholeMiniBatchHasNoShards() {
    RlSettings settings =
        TinyRun.SETTINGS.with("objective.loss", "kl-cov").with("update.gradientShards", "2");
    assertThatThrownBy(() -> new TinyRun(settings, Engine.PLAN))
        .hasMessage(
            "update.gradientShards is 2: loss kl-cov looks at the whole mini-batch at once; leave it"
                + " 1");
  }

  @Test
  void supervisedTrainingHasNoShards() {
    assertThatThrownBy(
            () -> SftSettings.arithmetic().withUpdate(update -> update.withGradientShards(2)))
        .hasMessageContaining("only reinforcement learning is cut into shards");
  }

  private static List<ImmutableMap<String, Double>> metrics(RlSettings settings) {
    List<ImmutableMap<String, Double>> metrics = new ArrayList<>();
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      for (int i = 0; i < 2; i++) {
        metrics.add(run.trainer.step().metrics());
      }
    }
    return metrics;
  }
}
