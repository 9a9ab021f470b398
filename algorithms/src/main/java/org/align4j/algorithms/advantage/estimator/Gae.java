package org.align4j.algorithms.advantage.estimator;

import static com.google.common.base.Preconditions.checkNotNull;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Returns;
import org.align4j.algorithms.advantage.TokenRewards;
import org.align4j.algorithms.advantage.Whitener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Generalised advantage estimation, the estimator of PPO; normalised over all response tokens.
 *
 * <p>{@code δ_t = r_t + γ V_{t+1} − V_t}, {@code A_t = δ_t + γλ A_{t+1}}, return {@code A_t + V_t}.
 * Schulman et al. 2016, eq. 16; OpenRLHF {@code experience_maker.py}, get_advantages_and_returns;
 * verl {@code core_algos.py}, compute_gae_advantage_return.
 */
public final class Gae implements AdvantageEstimator {

  @Override
  public String name() {
    return "gae";
  }

  @Override
  public boolean needsValues() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    TokenRewards rewards = TokenRewards.of(experience, settings);
    INDArray scores = GroupBaseline.clip(experience.rewards(), settings);
    INDArray values =
        checkNotNull(experience.values(), "values are missing: gae needs a critic").mul(mask);
    INDArray advantages =
        Returns.generalised(
            rewards.withScores(scores),
            values,
            mask,
            settings.gamma(),
            settings.lambda(),
            settings.convention().advantage().discounting());
    return new Advantages(
        Whitener.tokens(advantages, mask, settings.whitening(name())),
        advantages.add(values),
        rewards.total(scores),
        rewards.kl());
  }
}
