package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Returns;
import org.align4j.algorithms.advantage.TokenRewards;
import org.align4j.algorithms.advantage.Whitener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * REINFORCE++: the discounted return of score and per-token KL, normalised over all response tokens
 * of the batch.
 *
 * <p>{@code A_t = r − β Σ_{i≥t} KL_i}, then {@code (A − μ)/σ}. Paper, eq. 7 and 8; OpenRLHF {@code
 * experience_maker.py}, "reinforce"; verl {@code core_algos.py},
 * compute_reinforce_plus_plus_outcome_advantage.
 */
public final class ReinforcePlusPlus implements AdvantageEstimator {

  @Override
  public String name() {
    return "reinforce++";
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    TokenRewards rewards = TokenRewards.of(experience, settings);
    INDArray scores = GroupBaseline.clip(experience.rewards(), settings);
    INDArray returns = Returns.ofTurns(rewards.withScores(scores), mask, settings);
    return new Advantages(
        Whitener.tokens(returns, mask, settings.whitening(name())),
        returns,
        rewards.total(scores),
        rewards.kl());
  }
}
