package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What the forms of DPPO share: {@code ℓ_t = −Â_t sg(min(ρ_t, cap)) m_t log π_t}, with m 0 where
 * the token has already moved too far in the direction that Â wants.
 */
final class DivergenceGate {

  private DivergenceGate() {}

  /** Whether a token may still move, as 0 or 1. */
  @FunctionalInterface
  interface Room {
    /** Room of tokens whose probability should rise (or else fall) by p and π_old. */
    INDArray of(INDArray probability, INDArray old, boolean rise);
  }

  static Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings, Room room) {
    double limit = settings.convention().loss().logRatioLimit();
    double cap = settings.options().surrogate().dppoCap();
    INDArray advantages = inputs.advantages();
    INDArray probability = Transforms.exp(inputs.logProbs(), true);
    INDArray old = Transforms.exp(inputs.oldLogProbs(), true);
    INDArray rising = advantages.gt(0).castTo(advantages.dataType());
    INDArray free =
        room.of(probability, old, true)
            .muli(rising)
            .addi(room.of(probability, old, false).muli(rising.rsub(1)));
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs());
    INDArray ratio = Transforms.exp(Masked.clip(logRatio, -limit, limit), false);
    INDArray slope =
        Masked.clip(ratio, Double.NEGATIVE_INFINITY, cap).muli(advantages).muli(free).negi();
    return new Surrogate(slope.mul(inputs.logProbs()), slope.mul(weights), free.rsub(1));
  }
}
