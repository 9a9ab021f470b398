package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * SAPO: a soft gate instead of the clip, narrower where the advantage is not positive.
 *
 * <p>{@code ℓ_t = −(4/τ) σ(τ(ρ_t − 1)) Â_t}, τ by the sign of Â; mean over tokens of each row, then
 * over rows. Gao et al. 2025, eq. 5 to 7; verl 0.9.1 {@code core_algos.py},
 * compute_policy_loss_sapo; TRL 1.16 {@code grpo_trainer.py}, loss_type "sapo".
 */
public final class Sapo implements PolicyLoss {

  @Override
  public String name() {
    return "sapo";
  }

  @Override
  public Aggregation aggregation(PolicyLossSettings settings) {
    return Aggregation.SEQ_MEAN_TOKEN_MEAN;
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    SurrogateOptions options = settings.options().surrogate();
    double limit = settings.convention().loss().logRatioLimit();
    INDArray advantages = inputs.advantages();
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs());
    INDArray ratio = Transforms.exp(Masked.clip(logRatio, -limit, limit), false);
    INDArray rising = advantages.gt(0).castTo(advantages.dataType());
    INDArray temperature =
        rising.mul(options.sapoPositive() - options.sapoNegative()).addi(options.sapoNegative());
    INDArray gate = Transforms.sigmoid(ratio.sub(1).muli(temperature), false);
    INDArray losses = gate.mul(4).divi(temperature).muli(advantages).negi();
    // dℓ/dlog π = −4 σ(1 − σ) ρ Â: the temperature cancels.
    INDArray gradient =
        gate.rsub(1)
            .muli(gate)
            .muli(-4)
            .muli(ratio)
            .muli(advantages)
            .muli(weights)
            .muli(Masked.inside(logRatio, -limit, limit));
    return new Surrogate(losses, gradient, Nd4j.zerosLike(inputs.mask()));
  }
}
