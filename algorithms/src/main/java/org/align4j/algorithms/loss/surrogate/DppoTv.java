package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DPPO with total variation: a token stops learning where its probability, not its ratio, has moved
 * by more than δ.
 *
 * <p>{@code ℓ_t = −Â_t sg(min(ρ_t, cap)) m_t log π_t}, {@code m = [Â > 0 ? π − π_old ≤ δ_high : π −
 * π_old ≥ −δ_low]}. arXiv 2602.04879; verl 0.9.1 {@code core_algos.py},
 * compute_policy_loss_dppo_tv.
 */
public final class DppoTv implements PolicyLoss {

  @Override
  public String name() {
    return "dppo-tv";
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    SurrogateOptions options = settings.options().surrogate();
    return DivergenceGate.evaluate(
        inputs,
        weights,
        settings,
        (probability, old, rise) -> {
          INDArray moved = probability.sub(old);
          INDArray room = rise ? moved.lte(options.dppoHigh()) : moved.gte(-options.dppoLow());
          return room.castTo(moved.dataType());
        });
  }
}
