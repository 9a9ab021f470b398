package org.align4j.algorithms.preference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.loss.BradleyTerry;
import org.align4j.algorithms.loss.DirectPreference;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.ModelCodec;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.PreferenceTrainer;
import org.align4j.core.engine.Engine;
import org.align4j.core.metric.MetricSink;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three ways to learn from pairs, on the embedded policy: worked solutions are preferred. */
class PreferenceRunTest {

  private static final PreferenceSettings SETTINGS =
      PreferenceSettings.rewardModel()
          .withSteps(12)
          .withMaxLength(128)
          .withEvalEvery(5)
          .withUpdate(u -> u.withSamples(8).withMicroBatchTokens(1024).withLearningRate(3e-4));

  @TempDir Path folder;

  private static PairSplit split(Policy policy) {
    return PairSplit.of(CarefulPairs.of(96), 32, ModelCodec.of(policy), 128);
  }

  /** Below 1 % by chance: 32 held-out pairs, of which chance has 16 right. */
  private static void assertLearnt(PairScores heldOut) {
    PreferenceEvaluation evaluation = PreferenceEvaluation.of(heldOut.chosen(), heldOut.rejected());
    assertThat(evaluation.accuracy().low()).isGreaterThan(0.7);
  }

  @Test
  void aWholeRewardModelLearnsToPreferWorkedSolutions() {
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 1);
        PreferenceTrainer trainer =
            PreferenceTrainer.rewardModel(
                model.network(),
                ModelCodec.of(policy),
                new BradleyTerry(0.01),
                SETTINGS.update())) {
      PreferenceRun run = new PreferenceRun(trainer, split(policy), SETTINGS);
      run.run(MetricSink.NONE, (step, steps, metrics) -> {});
      assertLearnt(run.evaluate());
    }
  }

  @Test
  void aHeadOnFrozenFeaturesLearnsTheSameInOneModel() {
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 1)) {
      PairSplit split = split(policy);
      ModelCodec codec = ModelCodec.of(policy);
      List<Integer> heard = new ArrayList<>();
      PairFeatures features =
          PairFeatures.of(model, codec, split.training(), 1024, done -> heard.add(done));
      assertThat(heard).containsExactly(16, 32, 48, 64);
      FrozenHead head = new FrozenHead(features, HeadSettings.DEFAULT);
      double first = head.epoch();
      double last = first;
      for (int epoch = 1; epoch < 40; epoch++) {
        last = head.epoch();
      }
      assertThat(last).isLessThan(first);
      model.replaceHead(head.weights());
      try (PreferenceTrainer judge =
          PreferenceTrainer.rewardModel(
              model.network(), codec, BradleyTerry.PLAIN, SETTINGS.update())) {
        assertLearnt(judge.evaluate(split.heldOut()));
      }
    }
  }

  @Test
  void directPreferenceWidensTheMarginOfHeldOutPairs() {
    Map<Integer, Double> margins = new LinkedHashMap<>();
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        Reference reference = Reference.of(policy);
        PreferenceTrainer trainer =
            PreferenceTrainer.policy(
                policy.network(),
                reference,
                ModelCodec.of(policy),
                DirectPreference.dpo(0.1),
                SETTINGS.update())) {
      PreferenceRun run = new PreferenceRun(trainer, split(policy), SETTINGS);
      run.run(
          MetricSink.NONE,
          (step, steps, metrics) -> {
            Double margin = metrics.get("eval_rewards/margins");
            if (margin != null) {
              margins.put(step, margin);
            }
          });
      assertLearnt(run.evaluate());
    }
    assertThat(margins.keySet()).containsExactly(5, 10, 12);
    assertThat(margins.get(5)).isPositive().isLessThan(margins.get(12));
  }

  @Test
  void aRunGoesOnAsIfItHadNeverStopped() {
    List<Map<String, Double>> straight = new ArrayList<>();
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 1);
        PreferenceTrainer trainer = trainer(policy, model)) {
      PreferenceRun run = new PreferenceRun(trainer, split(policy), SETTINGS);
      for (int i = 0; i < 4; i++) {
        straight.add(run.step());
        if (i == 1) {
          run.save(folder.resolve("state"));
        }
      }
    }
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 1);
        PreferenceTrainer trainer = trainer(policy, model)) {
      PreferenceRun run = new PreferenceRun(trainer, split(policy), SETTINGS);
      run.resume(folder.resolve("state"));
      assertThat(run.done()).isEqualTo(2);
      assertThat(run.step()).isEqualTo(straight.get(2));
      assertThat(run.step()).isEqualTo(straight.get(3));
    }
  }

  private static PreferenceTrainer trainer(Policy policy, RewardModel model) {
    return PreferenceTrainer.rewardModel(
        model.network(), ModelCodec.of(policy), BradleyTerry.PLAIN, SETTINGS.update());
  }

  @Test
  void stepsWithoutANumberAreOnePassOverThePairs() {
    PreferenceSettings onePass = SETTINGS.with("steps", "epochs");
    assertThat(onePass.stepsOver(64)).isEqualTo(8);
    assertThat(onePass.stepsOver(65)).isEqualTo(9);
    assertThat(SETTINGS.stepsOver(64)).isEqualTo(12);
  }
}
