package org.align4j.algorithms.advantage.estimator;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.GroupScores;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * GRPO: a sample's score against the other samples of its prompt, in standard deviations.
 *
 * <p>{@code A_i = (r_i − mean_g(r)) / (std_g(r) + ε)}, std with ddof 1, ε by convention. Shao et
 * al. 2024, §4.1.2; OpenRLHF {@code experience_maker.py}, "group_norm"; TRL {@code
 * grpo_trainer.py}; verl {@code core_algos.py}, compute_grpo_outcome_advantage. Equal scores give
 * exactly 0; a prompt with one sample has deviation 1: advantage 0, or its raw score / (1 + ε) in
 * verl.
 */
public final class Grpo implements AdvantageEstimator {

  @Override
  public String name() {
    return "grpo";
  }

  @Override
  public boolean needsGroups() {
    return true;
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    return GroupBaseline.estimate(name(), experience, settings, Grpo::advantage);
  }

  static INDArray advantage(GroupScores scored) {
    INDArray centred = scored.centred();
    INDArray degrees = Transforms.max(scored.sizes().subi(1), 1, false);
    INDArray deviation =
        Transforms.sqrt(scored.groups().sum(centred.mul(centred)).divi(degrees), false)
            .muli(scored.siblings())
            .addi(scored.singles());
    return centred.divi(deviation.addi(scored.settings().convention().advantage().groupEpsilon()));
  }
}
