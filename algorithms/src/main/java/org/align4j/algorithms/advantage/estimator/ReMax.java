package org.align4j.algorithms.advantage.estimator;

import static com.google.common.base.Preconditions.checkNotNull;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Returns;
import org.align4j.algorithms.advantage.TokenRewards;
import org.align4j.algorithms.advantage.Whitener;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * ReMax: the return minus the score of the greedy sample of the same prompt. γ is 1.
 *
 * <p>{@code A_t = Σ_{k≥t} r_k − r(greedy)}. Li et al. 2024, eq. 6; verl {@code core_algos.py},
 * compute_remax_outcome_advantage. The greedy score is clipped like the sample's.
 */
public final class ReMax implements AdvantageEstimator {

  @Override
  public String name() {
    return "remax";
  }

  @Override
  public boolean needsGreedyRewards() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    TokenRewards rewards = TokenRewards.of(experience, settings);
    INDArray scores = GroupBaseline.clip(experience.rewards(), settings);
    INDArray greedy =
        GroupBaseline.clip(
            checkNotNull(
                experience.greedyRewards(),
                "greedy rewards are missing: remax scores a greedy sample of each prompt"),
            settings);
    INDArray returns =
        Returns.toGo(
            rewards.withScores(scores), mask, 1, settings.convention().advantage().discounting());
    return new Advantages(
        Whitener.tokens(returns.sub(Masked.spread(greedy, mask)), mask, settings.whitening(name())),
        returns,
        rewards.total(scores),
        rewards.kl());
  }
}
