package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.align4j.algorithms.advantage.Returns;
import org.align4j.algorithms.advantage.TokenRewards;
import org.align4j.algorithms.advantage.Whitener;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What all group estimators share: check the groups, shape the scores in the convention's order,
 * subtract the baseline, spread over tokens, whiten. γ is 1 (OpenRLHF forces it, verl and TRL have
 * none).
 */
final class GroupBaseline {

  private GroupBaseline() {}

  /** Advantage of each sequence {@code [B]}. */
  @FunctionalInterface
  interface Baseline {
    INDArray advantage(GroupScores scored);
  }

  static Advantages estimate(
      String name, Experience experience, AdvantageSettings settings, Baseline baseline) {
    if (settings.samplesPerPrompt() > 0) {
      experience.groups().requireSize(settings.samplesPerPrompt());
    }
    return switch (settings.convention().advantage().shaping()) {
      case BASELINE_CLIP_KL -> baselineFirst(name, experience, settings, baseline);
      case CLIP_KL_BASELINE -> baselineLast(name, experience, settings, baseline);
    };
  }

  private static Advantages baselineFirst(
      String name, Experience experience, AdvantageSettings settings, Baseline baseline) {
    INDArray mask = experience.responseMask();
    TokenRewards rewards = TokenRewards.of(experience, settings);
    INDArray scores =
        clip(advantage(experience, experience.rewards(), settings, baseline), settings);
    INDArray returns =
        Returns.toGo(
            rewards.withScores(scores), mask, 1, settings.convention().advantage().discounting());
    return new Advantages(
        Whitener.tokens(returns, mask, settings.whitening(name)),
        returns,
        rewards.total(scores),
        rewards.kl());
  }

  private static Advantages baselineLast(
      String name, Experience experience, AdvantageSettings settings, Baseline baseline) {
    INDArray mask = experience.responseMask();
    TokenRewards rewards = TokenRewards.of(experience, settings);
    INDArray scores = rewards.total(clip(experience.rewards(), settings));
    INDArray advantage = advantage(experience, scores, settings, baseline);
    return new Advantages(
        Whitener.sequences(advantage, mask, settings.whitening(name)),
        Masked.spread(advantage, mask),
        scores,
        rewards.kl());
  }

  private static INDArray advantage(
      Experience experience, INDArray scores, AdvantageSettings settings, Baseline baseline) {
    return baseline.advantage(
        new GroupScores(scores, experience.responseMask().sum(1), experience.groups(), settings));
  }

  /** Scores held within the settings' bounds. */
  static INDArray clip(INDArray scores, AdvantageSettings settings) {
    return Masked.clip(scores, settings.rewardClipLow(), settings.rewardClipHigh());
  }
}
