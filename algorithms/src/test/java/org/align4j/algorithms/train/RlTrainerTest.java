package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.engine.Engine;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.AdamWSettings;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class RlTrainerTest {

  @TempDir Path folder;

  /** Ten updates are enough for any of them to raise a reward that every token can raise. */
  @TestFactory
  Stream<DynamicTest> everyAlgorithmLearns() {
    return Algorithm.ALL.stream()
        .map(algorithm ->
            DynamicTest.dynamicTest(
                algorithm.name(),
                () -> {
                  RlSettings settings =
                      TinyRun.SETTINGS
                          .with("algorithm", algorithm.name())
                          .with("rollout.prompts", "16")
                          .with("update.samples", "32");
                  List<Double> rewards = new ArrayList<>();
                  try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
                    run.trainer.run(
                        12,
                        MetricSink.NONE,
                        report -> rewards.add(report.metrics().get("train/reward")));
                  }
                  double first = rewards.subList(0, 3).stream().mapToDouble(r -> r).sum() / 3;
                  double last = rewards.subList(9, 12).stream().mapToDouble(r -> r).sum() / 3;
                  assertThat(last).isGreaterThan(first + 0.1);
                }));
  }

  @Test
  void theStepMeasuresWhatThePaperPlots() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS.with("algorithm", "ppo"), Engine.PLAN)) {
      StepReport report = run.trainer.step();
      assertThat(report.update()).isEqualTo(1);
      assertThat(report.metrics())
          .containsKeys(
              "train/reward",
              "train/kl",
              "train/return",
              "train/policy_loss",
              "train/critic_loss",
              "train/response_length",
              "train/total_length",
              "train/actor_lr");
      // The policy still is its reference.
      assertThat(report.metrics().get("train/kl")).isZero();
      assertThat(report.metrics().get("train/return"))
          .isCloseTo(report.metrics().get("train/reward"), within(1e-6));
      assertThat(report.metrics().get("train/ratio_deviation")).isZero();
      assertThat(report.samples()).hasSize(16);
      double tokens = report.samples().stream().mapToDouble(ScoredSample::tokens).sum();
      assertThat(report.phases().tokens(Phase.GENERATE)).isEqualTo((long) tokens);
      for (Phase phase : Phase.values()) {
        assertThat(report.phases().seconds(phase)).as(phase.label()).isPositive();
      }
    }
  }

  @Test
  void learningRatesRiseOverTheWarmUpAndFallToATenth() {
    RlSettings settings = TinyRun.SETTINGS.with("algorithm", "ppo");
    assertThat(rates(settings)).containsExactly(1e-2, 1e-2, 1e-2, 1e-2, 1e-2);
    settings = settings.with("update.warmupUpdates", "2");
    assertThat(rates(settings)).containsExactly(5e-3, 1e-2, 1e-2, 1e-2, 1e-2);
    settings = settings.with("update.decayUpdates", "4");
    assertThat(rates(settings))
        .containsExactly(new double[] {5e-3, 1e-2, 5.5e-3, 1e-3, 1e-3}, within(1e-12));
  }

  private static double[] rates(RlSettings settings) {
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      double[] rates = new double[5];
      for (int i = 0; i < rates.length; i++) {
        var metrics = run.trainer.step().metrics();
        rates[i] = metrics.getOrDefault("train/actor_lr", Double.NaN);
        assertThat(metrics).containsEntry("train/critic_lr", rates[i]);
      }
      return rates;
    }
  }

  @Test
  void theSameSeedGivesTheSameMetricsAndAnotherSeedOthers() {
    RlSettings settings = TinyRun.SETTINGS.with("algorithm", "ppo");
    assertThat(metrics(settings, Engine.PLAN)).isEqualTo(metrics(settings, Engine.PLAN));
    assertThat(metrics(settings, Engine.PLAN))
        .isNotEqualTo(metrics(settings.with("seed", "2"), Engine.PLAN));
  }

  /** The denominators are the mini-batch's: a split adds up, but for the order of float sums. */
  @Test
  void microBatchesChangeNothing() {
    RlSettings settings = TinyRun.SETTINGS.with("algorithm", "ppo");
    var whole = metrics(settings, Engine.PLAN);
    var split = metrics(settings.with("update.microBatchTokens", "12"), Engine.PLAN);
    for (int i = 0; i < whole.size(); i++) {
      for (String name : List.of("train/policy_loss", "train/critic_loss", "train/kl")) {
        assertThat(split.get(i).get(name)).as(name).isCloseTo(whole.get(i).get(name), within(1e-4));
      }
    }
  }

  /** Both engines compute the same run, to float rounding. */
  @Test
  void enginesAgree() {
    var plan = metrics(TinyRun.SETTINGS, Engine.PLAN).get(0);
    var sameDiff = metrics(TinyRun.SETTINGS, Engine.SAMEDIFF).get(0);
    assertThat(sameDiff.get("train/ratio_deviation")).isLessThan(1e-4);
    for (String name : List.of("train/reward", "train/policy_loss", "train/gradient_norm")) {
      assertThat(sameDiff.get(name)).as(name).isCloseTo(plan.get(name), within(1e-3));
    }
  }

  @Test
  void aResumedRunHasTheBitsOfOneThatNeverStopped() throws Exception {
    RlSettings settings =
        TinyRun.SETTINGS
            .with("algorithm", "ppo")
            .with("rewards.normalize", "running")
            .with("kl.target", "0.1");
    List<ImmutableMap<String, Double>> straight = new ArrayList<>();
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      for (int i = 0; i < 4; i++) {
        straight.add(run.trainer.step().metrics());
      }
      run.trainer.save(folder.resolve("straight"));
    }
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      run.trainer.step();
      run.trainer.step();
      run.trainer.save(folder.resolve("stopped"));
    }
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      run.trainer.resume(folder.resolve("stopped"));
      assertThat(run.trainer.updates()).isEqualTo(2);
      assertThat(run.trainer.step().metrics()).isEqualTo(straight.get(2));
      assertThat(run.trainer.step().metrics()).isEqualTo(straight.get(3));
      run.trainer.save(folder.resolve("resumed"));
    }
    try (Stream<Path> files = Files.list(folder.resolve("straight"))) {
      for (Path file : files.toList()) {
        Path other = folder.resolve("resumed").resolve(file.getFileName().toString());
        assertThat(Files.mismatch(file, other)).as(file.toString()).isEqualTo(-1);
      }
    }
    try (TinyRun run = new TinyRun(settings.with("seed", "3"), Engine.PLAN)) {
      assertThatThrownBy(() -> run.trainer.resume(folder.resolve("stopped")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("was saved with seed 1, this run has 3");
    }
  }

  /** The generator is the trainer: exp(0) is 1, and a factor of 1 changes no bit. */
  @Test
  void withoutStalenessNoGateLeavesAnythingOutAndEveryWeightIsOne() {
    var plain = metrics(TinyRun.SETTINGS.withUpdate(u -> u.withSamples(16)), Engine.PLAN);
    for (OffPolicy.Statistic statistic : OffPolicy.Statistic.values()) {
      if (statistic == OffPolicy.Statistic.NONE) {
        continue;
      }
      double bound = statistic == OffPolicy.Statistic.RATIO ? 1 : 0;
      RlSettings gated =
          TinyRun.SETTINGS.withOffPolicy(p ->
              p.withGate(statistic, OffPolicy.Level.SEQUENCE, bound, bound)
                  .withWeight(OffPolicy.Weight.TOKEN, 0, Double.POSITIVE_INFINITY)
                  .withNegativeLimit(1e-9));
      // One optimiser step a batch: the limit compares the policy as it is now.
      var rows = metrics(gated.withUpdate(u -> u.withSamples(16)), Engine.PLAN);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i)).containsAllEntriesOf(plain.get(i));
        assertThat(rows.get(i))
            .containsEntry("train/gated_tokens", 0.0)
            .containsEntry("train/gated_sequences", 0.0)
            .containsEntry("train/off_policy_weight", 1.0)
            .containsEntry("train/off_policy_kl", 0.0);
      }
    }
  }

  @Test
  void statisticsOfTheRewardStepsAreMeasured() {
    RlSettings settings =
        TinyRun.SETTINGS
            .withAlgorithm("remax")
            .with("rewards.normalize", "running")
            .with("rewards.clip", "1")
            .with("rewards.truncation", "0.5");
    var rows = metrics(settings, Engine.PLAN);
    assertThat(rows.get(1))
        .containsKeys(
            "train/shaped_reward",
            "train/reward_penalty",
            "train/clipped_rewards",
            "train/normalizer_mean",
            "train/normalizer_std");
    assertThat(rows.get(1).get("train/clipped_rewards")).isBetween(0.0, 1.0);
    assertThat(metrics(TinyRun.SETTINGS, Engine.PLAN).get(0))
        .doesNotContainKey("train/shaped_reward");
  }

  /** Equal scores teach a group estimator nothing: nothing is computed, nothing moves. */
  @Test
  void samplesWithoutAdvantageCostNothing() {
    Reward constant = new ConstantReward();
    RlSettings settings = TinyRun.SETTINGS.with("algorithm", "grpo").with("kl.coefficient", "0");
    try (TinyRun run = new TinyRun(settings, Engine.PLAN, constant)) {
      var before = run.policy.parameters().copy();
      StepReport report = run.trainer.step();
      assertThat(report.phases().tokens(Phase.POLICY_UPDATE)).isZero();
      assertThat(report.metrics().get("train/idle_samples")).isEqualTo(1);
      for (String name : before.names()) {
        assertThat(run.policy.parameters().get(name)).isEqualTo(before.get(name));
      }
    }
    try (TinyRun run =
        new TinyRun(settings.with("rewards.filterGroups", "true"), Engine.PLAN, constant)) {
      StepReport report = run.trainer.step();
      assertThat(report.metrics().get("train/filtered_groups")).isEqualTo(4);
      assertThat(report.phases().tokens(Phase.REFERENCE)).isZero();
    }
  }

  /** Where a KL term has every row computed, its advantages are still what counts. */
  @Test
  void aSampleWithoutAdvantageIsIdleWhateverElseTheLossHas() {
    Reward constant = new ConstantReward();
    for (String algorithm : List.of("grpo", "dr-grpo", "rloo")) {
      RlSettings settings =
          TinyRun.SETTINGS
              .with("algorithm", algorithm)
              .with("kl.coefficient", algorithm.equals("rloo") ? "0" : "0.01")
              .with("objective.entropyCoefficient", "0.001");
      try (TinyRun run = new TinyRun(settings, Engine.PLAN, constant)) {
        assertThat(run.trainer.step().metrics().get("train/idle_samples"))
            .as(algorithm)
            .isEqualTo(1);
      }
    }
  }

  /** A gradient that is not finite leaves parameters and moments alone and is counted. */
  @Test
  void nonFiniteGradientsSkipTheStep() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      run.trainer.step();
      var before = run.policy.parameters().copy();
      TrainStep step = new TrainStep("policy", run.policy.network(), AdamWSettings.DEFAULT);
      run.policy.network().gradients().flat().putScalar(0, Float.NaN);
      assertThat(step.optimizer().update(0.1).applied()).isFalse();
      for (String name : before.names()) {
        assertThat(run.policy.parameters().get(name)).isEqualTo(before.get(name));
      }
      step.close();
    }
  }

  @Test
  void aCriticMissingOrAnUnknownNameIsToldBeforeAnyWork() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      RlModels noCritic =
          new RlModels(
              run.policy.network(),
              run.policy.generator(4),
              run.reference::logProbs,
              null,
              null,
              Engine.PLAN);
      assertThatThrownBy(() ->
              new RlTrainer(
                  TinyRun.SETTINGS.with("algorithm", "ppo"),
                  noCritic,
                  ModelCodec.of(run.policy),
                  TinyRun.prompts(),
                  new TinyRun.ShareOfAs()))
          .hasMessage("ppo needs a critic: pass one");
    }
    assertThatThrownBy(() -> ResolvedAlgorithm.of(TinyRun.SETTINGS.with("algorithm", "grop")))
        .hasMessageContaining("did you mean grpo?");
    assertThatThrownBy(() -> ResolvedAlgorithm.of(TinyRun.SETTINGS.with("convention", "openrlh")))
        .hasMessageContaining("did you mean openrlhf?");
  }

  /** The same for every response: no sample is better than another. */
  private static final class ConstantReward implements Reward {
    @Override
    public String name() {
      return "constant";
    }

    @Override
    public Judgement judge(Completion completion) {
      return new Judgement(0.3, "");
    }
  }

  private static List<ImmutableMap<String, Double>> metrics(RlSettings settings, Engine engine) {
    List<ImmutableMap<String, Double>> rows = new ArrayList<>();
    try (TinyRun run = new TinyRun(settings, engine)) {
      for (int i = 0; i < 2; i++) {
        rows.add(run.trainer.step().metrics());
      }
    }
    return rows;
  }
}
