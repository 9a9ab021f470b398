package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.input.OnFailure;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.evaluation.Evaluation;
import org.align4j.algorithms.train.evaluation.Evaluator;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.core.engine.Engine;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;

/** What a training step and an evaluation make of responses that cannot be scored. */
class RewardFailureTest {

  private static final RewardLimits DROP = RewardLimits.DEFAULT.withOnFailure(OnFailure.DROP);
  private static final Reward LENGTH = Reward.of("length", (prompt, text) -> text.length());

  /** Scores that know nothing of half of the responses. */
  private static double evenOnly(Completion completion) {
    return completion.text().length() % 2 == 0 ? completion.text().length() : Double.NaN;
  }

  private static StepReport step(TinyRun run, RlSettings settings, Reward reward) {
    try (RlTrainer trainer = trainer(run, settings, reward, DROP)) {
      return trainer.step();
    }
  }

  private static RlTrainer trainer(
      TinyRun run, RlSettings settings, Reward reward, RewardLimits limits) {
    return new RlTrainer(
        settings,
        RlModels.of(run.policy, run.reference, run.critic),
        ModelCodec.of(run.policy),
        TinyRun.prompts(),
        reward,
        limits);
  }

  /** The mean is over the responses that have a score, and all of them are in the report. */
  @Test
  void aStepLearnsFromTheResponsesThatHaveAScore() {
    for (String algorithm : List.of("reinforce++", "rloo", "grpo", "ppo", "remax")) {
      try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
        StepReport report =
            step(
                run,
                TinyRun.SETTINGS.with("algorithm", algorithm),
                Reward.of("even", RewardFailureTest::evenOnly));
        assertThat(report.samples()).as(algorithm).hasSize(16);
        long failed = report.samples().stream().filter(s -> s.judgement().isFailed()).count();
        assertThat(failed).as(algorithm).isBetween(1L, 15L);
        assertThat(report.metrics().values()).as(algorithm).allMatch(Double::isFinite);
        double left = report.metrics().getOrDefault("train/failed_samples", 0.0);
        if (!algorithm.equals("remax")) { // a failed greedy response takes its whole group along
          assertThat(left).as(algorithm).isEqualTo(failed);
          assertThat(report.metrics().get("train/reward"))
              .as(algorithm)
              .isCloseTo(
                  report.samples().stream()
                      .filter(s -> !s.judgement().isFailed())
                      .mapToDouble(s -> s.judgement().score())
                      .average()
                      .orElse(-1),
                  within(1e-12)); // two orders of adding up
        }
      }
    }
  }

  @Test
  void aStepWithoutAnyScoreChangesNothing() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      Parameters before = run.policy.parameters().copy();
      StepReport report =
          step(run, TinyRun.SETTINGS, Reward.of("nan", (prompt, text) -> Double.NaN));
      assertThat(report.metrics().get("train/failed_samples")).isEqualTo(16);
      for (String name : before.names()) {
        assertThat(run.policy.parameters().get(name)).as(name).isEqualTo(before.get(name));
      }
      before.close();
    }
  }

  @Test
  void aRunStopsAtAResponseWithoutAScoreUnlessSetOtherwise() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        RlTrainer trainer =
            trainer(
                run,
                TinyRun.SETTINGS,
                Reward.of("nan", (prompt, text) -> Double.NaN),
                RewardLimits.DEFAULT)) {
      assertThatThrownBy(trainer::step)
          .isInstanceOf(RewardException.class)
          .hasMessageStartingWith("reward nan answered NaN (prompt p");
    }
  }

  @Test
  void everyPartOfASumHasAMetric() {
    Reward sum =
        new WeightedReward(
            List.of(
                new WeightedReward.Component("length", 0.5, LENGTH),
                new WeightedReward.Component("one", 2, Reward.of("one", (prompt, text) -> 1))));
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      Map<String, Double> metrics = step(run, TinyRun.SETTINGS, sum).metrics();
      assertThat(metrics).containsEntry("score/one", 1.0).containsKey("score/length");
    }
  }

  @Test
  void anEvaluationLeavesOutAProblemThatCannotBeScored() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      Prompts prompts = TinyRun.prompts();
      Reward reward = Reward.of("not-p3", c -> c.prompt().id().equals("p3") ? Double.NaN : 1);
      Evaluation evaluation =
          new Evaluator(run.policy.generator(4), ModelCodec.of(run.policy), reward, DROP)
              .greedy(prompts, 9, 4);
      assertThat(evaluation.samples().stream().map(s -> s.completion().prompt().id()))
          .containsExactly("p0", "p1", "p2", "p4", "p5", "p6", "p7", "p8");
    }
  }
}
