package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Leave-one-out baseline (RLOO): the score minus the mean score of the other samples of its prompt.
 *
 * <p>{@code A_i = r_i − (Σ_g r − r_i)/(G − 1) = G/(G − 1) · (r_i − mean_g(r))}. Ahmadian et al.
 * 2024, eq. 6; OpenRLHF {@code experience_maker.py}, "rloo"; TRL {@code rloo_trainer.py}; verl
 * {@code core_algos.py}, compute_rloo_outcome_advantage.
 */
public final class LeaveOneOut implements AdvantageEstimator {

  @Override
  public String name() {
    return "rloo";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, LeaveOneOut::advantage);
  }

  private static INDArray advantage(GroupScores scored) {
    INDArray sizes = scored.sizes();
    INDArray others = Transforms.max(sizes.sub(1), 1, false);
    return scored.centred().muli(sizes).divi(others);
  }
}
