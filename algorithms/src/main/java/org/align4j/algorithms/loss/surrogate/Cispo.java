package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.convention.Convention.LossRules;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * CISPO: REINFORCE weighted by a clipped ratio that gets no gradient, so every token keeps its own.
 *
 * <p>{@code ℓ_t = −sg(clip(ρ_t)) Â_t log π_t}, clipped to {@code [1−ε_low, 1+ε_high]} (verl) or
 * below {@code clipHigh} (TRL, where it is absolute). MiniMax 2025, eq. 4 and 5; verl {@code
 * core_algos.py}, compute_policy_loss_cispo; TRL {@code grpo_trainer.py}, loss_type "cispo".
 */
public final class Cispo implements PolicyLoss {

  @Override
  public String name() {
    return "cispo";
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    LossRules rules = settings.convention().loss();
    double limit = rules.logRatioLimit();
    double low = rules.ratioCap() ? Double.NEGATIVE_INFINITY : 1 - settings.clipLow();
    double high = rules.ratioCap() ? settings.clipHigh() : 1 + settings.clipHigh();
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs());
    INDArray ratio = Transforms.exp(Masked.clip(logRatio, -limit, limit), false);
    INDArray slope = Masked.clip(ratio, low, high).muli(inputs.advantages()).negi();
    return new Surrogate(
        slope.mul(inputs.logProbs()), slope.mul(weights), Masked.inside(ratio, low, high).rsubi(1));
  }
}
