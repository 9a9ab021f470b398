package org.align4j.algorithms.advantage.estimator;

import com.google.common.primitives.ImmutableDoubleArray;
import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.align4j.algorithms.advantage.Returns;
import org.align4j.algorithms.advantage.RewardParts;
import org.align4j.algorithms.advantage.TokenRewards;
import org.align4j.algorithms.advantage.Whitener;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * GDPO: each reward is normalised in its group by itself, so that none drowns another; their
 * weighted sum is normalised over the batch.
 *
 * <p>{@code A_i = Σ_k w_k (r_k,i − mean_g(r_k)) / (std_g(r_k) + ε)}, then {@code (A − μ)/σ}. arXiv
 * 2601.05242; verl 0.9.1 {@code core_algos.py}, compute_gdpo_outcome_advantage (over tokens); TRL
 * 1.16 {@code grpo_trainer.py}, "normalize_then_sum" (over sequences). One reward makes it GRPO
 * with normalised advantages. KL in the reward is subtracted from the sum, before the batch is
 * normalised; the bounds of the score hold the sum where clip comes after the baseline, else each
 * reward.
 */
public final class Gdpo implements AdvantageEstimator {

  @Override
  public String name() {
    return "gdpo";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public boolean needsParts() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    TokenRewards rewards = TokenRewards.of(experience, settings);
    return switch (settings.convention().advantage().shaping()) {
      case BASELINE_CLIP_KL -> {
        INDArray sum = GroupBaseline.clip(sum(experience, settings, false), settings);
        INDArray returns =
            Returns.toGo(
                rewards.withScores(sum), mask, 1, settings.convention().advantage().discounting());
        yield new Advantages(
            Whitener.tokens(returns, mask, settings.whitening(name())),
            returns,
            rewards.total(sum),
            rewards.kl());
      }
      case CLIP_KL_BASELINE -> {
        INDArray sum = rewards.total(sum(experience, settings, true));
        yield new Advantages(
            Whitener.sequences(sum, mask, settings.whitening(name())),
            Masked.spread(sum, mask),
            sum,
            rewards.kl());
      }
    };
  }

  /** Weighted sum of what GRPO makes of each reward, {@code [B]}. */
  private static INDArray sum(Experience experience, AdvantageSettings settings, boolean clips) {
    if (settings.samplesPerPrompt() > 0) {
      experience.groups().requireSize(settings.samplesPerPrompt());
    }
    RewardParts parts = parts(experience);
    INDArray lengths = experience.responseMask().sum(1);
    INDArray sum = experience.rewards().mul(0);
    for (int k = 0; k < parts.weights().length(); k++) {
      INDArray scores = parts.scores().getRow(k).dup('c').reshape(sum.length());
      INDArray held = clips ? GroupBaseline.clip(scores, settings) : scores;
      sum.addi(
          Grpo.advantage(new GroupScores(held, lengths, experience.groups(), settings))
              .muli(parts.weights().get(k)));
    }
    return sum;
  }

  private static RewardParts parts(Experience experience) {
    RewardParts parts = experience.parts();
    if (parts != null) {
      return parts;
    }
    INDArray rewards = experience.rewards();
    return new RewardParts(rewards.reshape(1, rewards.length()), ImmutableDoubleArray.of(1));
  }
}
