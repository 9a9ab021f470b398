package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dr. GRPO: the score minus the mean score of the prompt, without division by its deviation.
 *
 * <p>{@code A_i = r_i − mean_g(r)}. Liu et al. 2025, §3.2; OpenRLHF {@code experience_maker.py},
 * "dr_grpo"; verl {@code norm_adv_by_std_in_grpo=False}. Its loss divides by a constant length.
 */
public final class DrGrpo implements AdvantageEstimator {

  @Override
  public String name() {
    return "dr-grpo";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, DrGrpo::advantage);
  }

  private static INDArray advantage(GroupScores scored) {
    return scored.centred();
  }
}
