package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.loss.preference.DirectPreference;
import org.align4j.algorithms.loss.preference.Kto;
import org.align4j.algorithms.loss.preference.Orpo;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.loss.preference.SimPo;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.ModelReward;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.UpdateSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.codec.PairSequences;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class PreferenceTrainerTest {

  private static final UpdateSettings UPDATE = RlSettings.paper().update().withMicroBatchTokens(16);

  private static final Prompt PROMPT = Prompt.text("1", "ab", "");
  private static final List<PreferencePair> PAIRS =
      List.of(
          new PreferencePair(PROMPT, "aa", "bb"),
          new PreferencePair(PROMPT, "aca", "bcb"),
          new PreferencePair(PROMPT, "a", "b"),
          new PreferencePair(PROMPT, "caa", "cbb"));

  @Test
  void aRewardModelLearnsWhatIsPreferred() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        RewardModel model = RewardModel.of(run.policy, 1)) {
      PromptCodec codec = ModelCodec.of(run.policy);
      try (PreferenceTrainer trainer =
          PreferenceTrainer.rewardModel(model.network(), codec, BradleyTerry.PLAIN, UPDATE)) {
        for (int i = 0; i < 60; i++) {
          assertThat(trainer.step(PAIRS, 1e-2).applied()).isTrue();
        }
        assertThat(trainer.evaluate(PAIRS).accuracy()).isEqualTo(1);
      }
      ModelReward reward =
          new ModelReward(
              model,
              c -> new TokenSequence(codec.encode(c.prompt()), codec.encodeResponse(c.text())),
              64);
      assertThat(reward.judge(new Completion(PROMPT, "aa", true)).score())
          .isGreaterThan(reward.judge(new Completion(PROMPT, "bb", true)).score());
    }
  }

  /** The policy still is its reference: h = 0 and the loss is log 2. */
  @Test
  void directPreferenceRaisesWhatIsPreferred() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        PreferenceTrainer trainer =
            PreferenceTrainer.policy(
                run.policy.network(),
                run.reference,
                ModelCodec.of(run.policy),
                DirectPreference.dpo(0.1),
                UPDATE)) {
      double first = trainer.step(PAIRS, 1e-2).scores().loss();
      assertThat(first).isCloseTo(Math.log(2), within(1e-6));
      double last = first;
      for (int i = 0; i < 40; i++) {
        last = trainer.step(PAIRS, 1e-2).scores().loss();
      }
      assertThat(last).isLessThan(first - 0.1);
      assertThat(trainer.evaluate(PAIRS).accuracy()).isEqualTo(1);
    }
  }

  /** Losses that do not start at log 2 fall too, and the order of the pairs comes out right. */
  @ParameterizedTest
  @ValueSource(strings = {"simpo", "orpo", "kto"})
  void theNeighboursOfDpoRaiseWhatIsPreferred(String name) {
    PolicyPairLoss loss =
        switch (name) {
          case "simpo" -> new SimPo(2, 0.5);
          case "orpo" -> new Orpo(0.5);
          default -> new Kto(0.3, 1, 1);
        };
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        PreferenceTrainer trainer =
            PreferenceTrainer.policy(
                run.policy.network(), run.reference, ModelCodec.of(run.policy), loss, UPDATE)) {
      double first = trainer.step(PAIRS, 1e-2).scores().loss();
      if (name.equals("kto")) {
        // The policy still is its reference: h = z = 0, and 1 − σ(0) is a half.
        assertThat(first).isCloseTo(0.5, within(1e-6));
      }
      double last = first;
      for (int i = 0; i < 40; i++) {
        last = trainer.step(PAIRS, 1e-2).scores().loss();
      }
      assertThat(last).isLessThan(first - 0.05);
      assertThat(trainer.evaluate(PAIRS).accuracy()).isEqualTo(1);
    }
  }

  @Test
  void ktoNeedsResponsesToOtherPrompts() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      assertThatThrownBy(() ->
              PreferenceTrainer.policy(
                  run.policy.network(),
                  run.reference,
                  ModelCodec.of(run.policy),
                  new Kto(0.1, 1, 1),
                  UPDATE.withSamples(1)))
          .hasMessage(
              "update.samples is 1: the loss needs responses to other prompts of the batch; take 2"
                  + " or more");
    }
  }

  private static final List<PreferencePair> WITH_MARGINS =
      List.of(
          new PreferencePair(PROMPT, "aab", "b", 0.5), new PreferencePair(PROMPT, "c", "acb", 0));

  /**
   * Every parameter's gradient against central differences of the loss. 2e-3: the losses are
   * float32 of size one, over a step of 1e-2.
   */
  private static void assertGradients(Network network, PreferenceTrainer trainer) {
    var _ = trainer.step(WITH_MARGINS, 0);
    double largest = 0;
    for (String name : network.parameters().names()) {
      INDArray parameter = network.parameters().get(name);
      float[] gradient = network.gradients().get(name).dup().data().asFloat();
      for (int i = 0; i < gradient.length; i += 7) {
        double value = parameter.getDouble(i);
        double up = lossAt(network, trainer, parameter, i, value + 1e-3);
        double down = lossAt(network, trainer, parameter, i, value - 1e-3);
        lossAt(network, trainer, parameter, i, value);
        assertThat((double) gradient[i])
            .as("%s %s", name, i)
            .isCloseTo((up - down) / 2e-3, within(2e-3 * Math.max(1, Math.abs(gradient[i]))));
        largest = Math.max(largest, Math.abs(gradient[i]));
      }
    }
    assertThat(largest).isGreaterThan(0.02);
  }

  private static double lossAt(
      Network network, PreferenceTrainer trainer, INDArray parameter, int index, double value) {
    parameter.putScalar(index, value);
    network.parametersChanged();
    return trainer.evaluate(WITH_MARGINS).loss();
  }

  @Test
  void theRewardModelsGradientIsThatOfItsLossWithMarginAndCentring() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        RewardModel model = RewardModel.of(run.policy, 1);
        PreferenceTrainer trainer =
            PreferenceTrainer.rewardModel(
                model.network(),
                ModelCodec.of(run.policy),
                new BradleyTerry(0.5),
                UPDATE.withMaxNorm(0))) {
      assertGradients(model.network(), trainer);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thePolicysGradientIsThatOfItsLoss(DirectPreference.Form form) {
    for (DirectPreference.Length length : DirectPreference.Length.values()) {
      try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
          PreferenceTrainer trainer =
              PreferenceTrainer.policy(
                  run.policy.network(),
                  run.reference,
                  ModelCodec.of(run.policy),
                  new DirectPreference(form, 1, 0, length),
                  UPDATE.withMaxNorm(0))) {
        assertGradients(run.policy.network(), trainer);
      }
    }
  }

  /**
   * IPO as TRL computes it, token by token: the mean over a response's tokens of log π − log π_ref,
   * less 1/(2β), squared. 1e-5: float32 log-probs.
   */
  @Test
  void identityPreferenceComparesMeansOverTokens() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        PreferenceTrainer trainer =
            PreferenceTrainer.policy(
                run.policy.network(),
                run.reference,
                ModelCodec.of(run.policy),
                DirectPreference.ipo(0.25),
                UPDATE)) {
      assertThat(trainer.step(PAIRS, 1e-2).applied()).isTrue();
      PairScores scores = trainer.evaluate(PAIRS);

      PackedSequences packed =
          PackedSequences.ofResponses(PairSequences.of(ModelCodec.of(run.policy), PAIRS), 64, 1f);
      float[][] policy = SequenceScores.of(run.policy.network(), packed).outputs();
      float[][] reference = run.reference.logProbs(packed);
      double loss = 0;
      double margin = 0;
      for (int i = 0; i < PAIRS.size(); i++) {
        // the responses' characters and the token that ends them
        double chosen = ratio(policy[i], reference[i]);
        double rejected = ratio(policy[i + PAIRS.size()], reference[i + PAIRS.size()]);
        double h =
            chosen / (PAIRS.get(i).chosen().length() + 1)
                - rejected / (PAIRS.get(i).rejected().length() + 1);
        loss += (h - 2) * (h - 2) / PAIRS.size();
        margin += 0.25 * (chosen - rejected) / PAIRS.size();
      }
      assertThat(scores.loss()).isCloseTo(loss, within(1e-5));
      // TRL's rewards stay those of sums
      assertThat(scores.metrics().get("rewards/margins")).isCloseTo(margin, within(1e-5));
    }
  }

  private static double ratio(float[] policy, float[] reference) {
    double sum = 0;
    for (int t = 0; t < policy.length; t++) {
      sum += policy[t] - reference[t];
    }
    return sum;
  }

  @Test
  void metricsHaveTheNamesOfTrl() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        PreferenceTrainer trainer =
            PreferenceTrainer.policy(
                run.policy.network(),
                run.reference,
                ModelCodec.of(run.policy),
                DirectPreference.cdpo(0.1, 0.1),
                UPDATE)) {
      PairScores scores = trainer.evaluate(PAIRS);
      assertThat(scores.metrics().keySet())
          .containsExactly(
              "loss",
              "rewards/chosen",
              "rewards/rejected",
              "rewards/accuracies",
              "rewards/margins",
              "logps/chosen",
              "logps/rejected");
      // the policy still is its reference
      assertThat(scores.metrics().get("rewards/chosen")).isZero();
      assertThat(scores.metrics().get("logps/chosen")).isNegative();
    }
  }

  @Test
  void aStepThatMeetsANumberThatIsNotFiniteStopsOrIsSkippedAsTheGuardSays() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        PreferenceTrainer trainer =
            PreferenceTrainer.policy(
                run.policy.network(),
                run.reference,
                ModelCodec.of(run.policy),
                DirectPreference.dpo(0.1),
                UPDATE)) {
      run.policy.parameters().get(run.policy.parameters().names().get(0)).assign(Double.NaN);
      run.policy.network().parametersChanged();
      assertThatThrownBy(() -> trainer.step(PAIRS, 1e-2))
          .isInstanceOf(NonFiniteException.class)
          .hasMessageContaining("the output of response token 0");
      trainer.guard(failure -> failure.sequence() != null);
      PreferenceTrainer.Report report = trainer.step(PAIRS, 1e-2);
      assertThat(report.applied()).isFalse();
      assertThat(report.scores().loss()).isNaN();
    }
  }
}
