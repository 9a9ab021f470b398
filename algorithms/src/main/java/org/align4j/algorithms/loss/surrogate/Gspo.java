package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention.LossRules;
import org.align4j.algorithms.convention.Convention.SequenceGradient;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * GSPO: PPO's clipped objective with one ratio per sequence, the geometric mean of its tokens'
 * ratios.
 *
 * <p>{@code s = exp(mean_t(log π − log π_old))} instead of ρ. Zheng et al. 2025, eq. 5 to 7;
 * OpenRLHF {@code models/loss.py}, policy_loss_type "gspo"; verl {@code core_algos.py},
 * compute_policy_loss_gspo; TRL {@code importance_sampling_level="sequence"}.
 */
public final class Gspo implements PolicyLoss {

  @Override
  public String name() {
    return "gspo";
  }

  @Override
  public Aggregation aggregation(PolicyLossSettings settings) {
    return settings.convention().loss().sequenceAggregation().orElse(settings.aggregation());
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    LossRules rules = settings.convention().loss();
    INDArray mask = inputs.mask();
    INDArray lengths = inputs.lengths();
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs()).muli(mask).sum(1).divi(lengths);
    double limit = rules.sequenceLogRatioLimit();
    INDArray ratio =
        Masked.spread(
            Transforms.exp(Masked.clip(logRatio, Double.NEGATIVE_INFINITY, limit), false), mask);
    ClippedRatio clip =
        ClippedRatio.of(
            ratio,
            inputs.advantages(),
            settings,
            rules.dualClipsSequences() ? settings.dualClip() : Double.POSITIVE_INFINITY);
    INDArray gradient = clip.slope().mul(ratio).muli(weights);
    if (rules.sequenceGradient() == SequenceGradient.THROUGH_RATIO) {
      gradient = Masked.spread(gradient.sum(1).divi(lengths), mask);
    }
    gradient.muli(Masked.column(Masked.inside(logRatio, Double.NEGATIVE_INFINITY, limit)));
    return new Surrogate(clip.losses(), gradient, clip.clipped());
  }
}
