package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * REINFORCE++-baseline: the score minus the mean score of the prompt, normalised over the batch.
 *
 * <p>{@code A_i = r_i − mean_g(r)}, then {@code (A − μ)/σ}. OpenRLHF {@code experience_maker.py},
 * "reinforce_baseline"; verl {@code core_algos.py},
 * compute_reinforce_plus_plus_baseline_outcome_advantage.
 */
public final class ReinforcePlusPlusBaseline implements AdvantageEstimator {

  @Override
  public String name() {
    return "reinforce++-baseline";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(
        name(), experience, settings, ReinforcePlusPlusBaseline::advantage);
  }

  private static INDArray advantage(GroupScores scored) {
    return scored.centred();
  }
}
