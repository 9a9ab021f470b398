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
 * REINFORCE: the discounted return of the token rewards, without baseline or normalisation.
 *
 * <p>{@code A_t = G_t = Σ_{k≥t} γ^(k−t) r_k}. Paper, eq. 1 and 4; Williams 1992.
 */
public final class Reinforce implements AdvantageEstimator {

  @Override
  public String name() {
    return "reinforce";
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
