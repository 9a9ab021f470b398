package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * OPO: the score minus the mean score of the prompt weighted by response length.
 *
 * <p>{@code A_i = r_i − Σ_g(len·r)/Σ_g(len)}, the baseline of least variance where the gradient
 * norm grows with length. Hao et al. 2025, eq. 5; verl {@code core_algos.py},
 * compute_opo_outcome_advantage.
 */
public final class Opo implements AdvantageEstimator {

  @Override
  public String name() {
    return "opo";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, Opo::advantage);
  }

  private static INDArray advantage(GroupScores scored) {
    INDArray differences = scored.relative();
    INDArray weighted = scored.groups().sum(differences.mul(scored.lengths()));
    // Lengths are whole: a group without a single response token divides 0 by 1.
    INDArray lengths = Transforms.max(scored.groups().sum(scored.lengths()), 1, false);
    return differences.sub(weighted.divi(lengths).muli(scored.siblings()));
  }
}
