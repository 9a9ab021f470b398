package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * FlashREINFORCE's baseline: the score minus the mean score of the whole rollout batch. It needs no
 * second sample of a prompt, so the samples go into more prompts. γ is 1, nothing is whitened.
 *
 * <p>{@code A_i = r_i − mean_B(r)}. OpenRLHF 0.11.2 {@code experience_maker.py}, "flash_reinforce".
 * Which samples answer the same prompt does not matter.
 */
public final class BatchMean implements AdvantageEstimator {

  @Override
  public String name() {
    return "batch-mean";
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, BatchMean::advantage);
  }

  /** Taken from differences to the first, so that equal scores give exactly 0. */
  private static INDArray advantage(GroupScores scored) {
    INDArray relative = scored.scores().sub(scored.scores().getDouble(0));
    return relative.sub(relative.meanNumber());
  }
}
