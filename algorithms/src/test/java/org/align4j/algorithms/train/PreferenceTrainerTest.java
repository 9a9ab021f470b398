package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.loss.DirectPreference;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.ModelReward;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.Test;

class PreferenceTrainerTest {

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
          PreferenceTrainer.rewardModel(model.network(), codec, 16, 1)) {
        for (int i = 0; i < 60; i++) {
          assertThat(trainer.step(PAIRS, 1e-2).applied()).isTrue();
        }
        assertThat(trainer.accuracy(PAIRS)).isEqualTo(1);
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
                16,
                1)) {
      double first = trainer.step(PAIRS, 1e-2).loss();
      assertThat(first).isCloseTo(Math.log(2), within(1e-6));
      double last = first;
      for (int i = 0; i < 40; i++) {
        last = trainer.step(PAIRS, 1e-2).loss();
      }
      assertThat(last).isLessThan(first - 0.1);
      assertThat(trainer.accuracy(PAIRS)).isEqualTo(1);
    }
  }
}
