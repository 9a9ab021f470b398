package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.core.engine.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the objectives of late 2026 need of the trainer. */
class NewLossesTest {

  @TempDir Path folder;

  private static RlSettings of(String algorithm, String... pathsAndValues) {
    RlSettings settings = TinyRun.SETTINGS.withAlgorithm(algorithm);
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      settings = settings.with(pathsAndValues[i], pathsAndValues[i + 1]);
    }
    return settings;
  }

  private static Map<String, Double> second(RlSettings settings, Reward reward) {
    try (TinyRun run = new TinyRun(settings, Engine.PLAN, reward)) {
      assertThat(run.trainer.step().metrics().get("train/ratio_deviation")).isZero();
      return run.trainer.step().metrics();
    }
  }

  private static Map<String, Double> second(RlSettings settings) {
    return second(settings, new TinyRun.ShareOfAs());
  }

  /** What looks at the mini-batch sees all of it: the loss has the same bits, sums are rounded. */
  @Test
  void microBatchesChangeNothingOfWhatLooksAtTheMiniBatch() {
    for (RlSettings settings :
        List.of(
            of("clip-cov", "surrogate.covLow", "0", "surrogate.covShare", "0.1"),
            of("kl-cov", "surrogate.covShare", "0.1"),
            of("grpo", "entropy.topShare", "0.3", "objective.entropyCoefficient", "0.01"))) {
      Map<String, Double> whole = second(settings);
      Map<String, Double> parts = second(settings.with("update.microBatchTokens", "12"));
      assertThat(parts.keySet()).isEqualTo(whole.keySet());
      whole.forEach((name, value) -> {
        if (name.startsWith("train/")) {
          assertThat(parts.get(name))
              .as("%s %s", settings.algorithm(), name)
              .isCloseTo(value, within(1e-4 * Math.max(1, Math.abs(value))));
        }
      });
    }
  }

  private static WeightedReward twoRewards() {
    return new WeightedReward(
        List.of(
            new WeightedReward.Component("as", 1, new TinyRun.ShareOfAs()),
            new WeightedReward.Component(
                "short", 0.5, Reward.of("short", (prompt, text) -> text.length() < 4 ? 100 : 0))));
  }

  @Test
  void gdpoNormalisesTheRewardsOfASumByThemselves() {
    Map<String, Double> apart = second(of("gdpo"), twoRewards());
    Map<String, Double> together = second(of("gdpo"), Reward.of("sum", c -> sum(c.text())));
    assertThat(apart.values()).allMatch(Double::isFinite);
    assertThat(apart.get("train/gradient_norm")).isNotEqualTo(together.get("train/gradient_norm"));
  }

  private static double sum(String text) {
    double as = text.chars().filter(c -> c == 'a').count();
    return (text.isEmpty() ? 0 : as / text.length()) + (text.length() < 4 ? 50 : 0);
  }

  @Test
  void gdpoRefusesShapedRewards() {
    assertThatThrownBy(() -> ResolvedAlgorithm.of(of("gdpo", "rewards.normalize", "batch")))
        .hasMessageStartingWith(
            "gdpo takes each reward as it was judged: leave rewards.lengthBuffer");
  }

  @Test
  void rightSamplesAreLearntFromWhateverTheirAdvantage() {
    Reward always = Reward.of("always", (prompt, text) -> 1);
    Map<String, Double> metrics = second(of("grpo", "objective.positiveNll", "0.1"), always);
    assertThat(metrics.get("train/positive_nll")).isPositive();
    assertThat(metrics.get("train/gradient_norm")).isPositive();
    assertThat(second(of("grpo"), always)).doesNotContainKey("train/positive_nll");
  }

  /** A target far above any entropy of five tokens: the weight rises by a step each mini-batch. */
  @Test
  void anAdaptiveBonusIsMeasuredAndGoesOnAfterAResume() {
    RlSettings settings =
        of("grpo", "entropy.target", "50", "entropy.step", "0.01", "kl.coefficient", "0");
    Map<String, Double> expected;
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      // Two mini-batches: nothing is known before the first, 0.01 before the second.
      assertThat(run.trainer.step().metrics().get("train/entropy_coef"))
          .isCloseTo(0.005, within(1e-12));
      run.trainer.save(folder.resolve("state"));
      expected = run.trainer.step().metrics();
      assertThat(expected.get("train/entropy_coef")).isCloseTo(0.025, within(1e-12));
    }
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      run.trainer.resume(folder.resolve("state"));
      assertThat(run.trainer.step().metrics()).isEqualTo(expected);
    }
  }

  @Test
  void anAdaptiveBonusMustBeginWithinItsBounds() {
    RlSettings settings = of("grpo", "entropy.target", "1", "objective.entropyCoefficient", "2");
    assertThatThrownBy(() -> new TinyRun(settings, Engine.PLAN))
        .hasMessage(
            "objective.entropyCoefficient is 2.0: with entropy.target it must be in [0, 1.0], the"
                + " highest of entropy.highest");
  }

  @Test
  void aKlInTheLossMayBeWeightedByTheRatio() {
    RlSettings settings = of("grpo", "update.epochs", "3", "kl.coefficient", "0.5");
    Double plain = second(settings).get("train/policy_loss");
    for (String weighting : new String[] {"gradient", "value"}) {
      assertThat(second(settings.with("kl.weighting", weighting)).get("train/policy_loss"))
          .as(weighting)
          .isNotEqualTo(plain);
    }
  }
}
