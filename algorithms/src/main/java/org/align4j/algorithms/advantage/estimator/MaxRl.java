package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * MaxRL: the centred score in units of the mean score of the prompt, which weighs prompts by the
 * inverse of how often they are solved: the gradient of maximum likelihood.
 *
 * <p>{@code A_i = (r_i − mean_g(r)) / mean_g(r)}, 0 where the mean is not above 0. prime-rl {@code
 * orchestrator/algo/max_rl.py}; SkyRL {@code ppo_utils.py} adds 1e-6 to the mean.
 */
public final class MaxRl implements AdvantageEstimator {

  @Override
  public String name() {
    return "maxrl";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, MaxRl::advantage);
  }

  private static INDArray advantage(GroupScores scored) {
    INDArray centred = scored.centred();
    INDArray mean = scored.scores().sub(centred);
    INDArray solved = mean.gt(0).castTo(mean.dataType());
    // Divided by 1 where the mean is not above 0: 0 times that is 0.
    return centred.muli(solved).divi(mean.muli(solved).addi(solved.rsub(1)));
  }
}
