package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * PPO's clipped objective, with unequal bounds ("clip-higher") and dual clip as settings.
 *
 * <p>{@code ℓ_t = −min(ρ_t Â_t, clip(ρ_t, 1−ε_low, 1+ε_high) Â_t)}, {@code ρ_t = exp(log π − log
 * π_old)}. Paper, eq. 6; Schulman et al. 2017, eq. 7; Yu et al. 2025 (DAPO), eq. 10; OpenRLHF
 * {@code models/loss.py}, PolicyLoss; verl {@code core_algos.py}, compute_policy_loss_vanilla; TRL
 * {@code grpo_trainer.py}, _compute_loss.
 */
public final class PpoClip implements PolicyLoss {

  @Override
  public String name() {
    return "ppo-clip";
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    double limit = settings.convention().loss().logRatioLimit();
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs());
    INDArray ratio = Transforms.exp(Masked.clip(logRatio, -limit, limit), false);
    ClippedRatio clip = ClippedRatio.of(ratio, inputs.advantages(), settings, settings.dualClip());
    INDArray gradient =
        clip.slope().mul(ratio).muli(weights).muli(Masked.inside(logRatio, -limit, limit));
    return new Surrogate(clip.losses(), gradient, clip.clipped());
  }
}
