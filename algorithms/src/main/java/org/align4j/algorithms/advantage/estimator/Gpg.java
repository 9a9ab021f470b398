package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * GPG: the centred score, scaled up by the share of samples whose score is not 0.
 *
 * <p>{@code A_i = α (r_i − mean_g(r))}, {@code α = B / max(1, #{r ≠ 0})}. Chu et al. 2025; verl
 * {@code core_algos.py}, compute_gpg_outcome_advantage.
 */
public final class Gpg implements AdvantageEstimator {

  @Override
  public String name() {
    return "gpg";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, Gpg::advantage);
  }

  private static INDArray advantage(GroupScores scored) {
    INDArray scores = scored.scores();
    double nonZero = scores.neq(0).castTo(scores.dataType()).sumNumber().doubleValue();
    return scored.centred().muli(scores.length() / Math.max(1, nonZero));
  }
}
