package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * DPPO with the binary KL: a token stops learning where the KL between "this token" and "any other"
 * has passed δ in the direction that Â wants.
 *
 * <p>{@code ℓ_t} as in {@link DppoTv}, {@code m = [KL ≤ δ_high or π ≤ π_old]} for Â &gt; 0, else
 * {@code [KL ≤ δ_low or π ≥ π_old]}, with {@code KL = q ln(q/p) + (1 − q) ln((1 − q)/(1 − p))}, q =
 * π_old. arXiv 2602.04879; verl 0.9.1 {@code core_algos.py}, compute_policy_loss_dppo_kl.
 */
public final class DppoKl implements PolicyLoss {

  /** Added to 1 − p and 1 − q; verl's. */
  private static final double EPSILON = 1e-8;

  @Override
  public String name() {
    return "dppo-kl";
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    SurrogateOptions options = settings.options().surrogate();
    INDArray fall = inputs.oldLogProbs().sub(inputs.logProbs());
    return DivergenceGate.evaluate(
        inputs,
        weights,
        settings,
        (probability, old, rise) -> {
          INDArray rest = old.rsub(1);
          INDArray others = rest.add(EPSILON).divi(probability.rsub(1).addi(EPSILON));
          INDArray divergence = old.mul(fall).addi(Transforms.log(others, false).muli(rest));
          INDArray near = divergence.lte(rise ? options.dppoHigh() : options.dppoLow());
          INDArray moved = probability.sub(old);
          INDArray away = rise ? moved.lte(0) : moved.gte(0);
          return near.castTo(old.dataType())
              .addi(away.castTo(old.dataType()))
              .gt(0)
              .castTo(old.dataType());
        });
  }
}
