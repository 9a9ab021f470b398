package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * PPO's clipped surrogate as a function of ρ: {@code ℓ = −min(ρÂ, clip(ρ, 1−ε_low, 1+ε_high)Â)},
 * and for Â &lt; 0 at most {@code −cÂ} (dual clip, Ye et al. 2020).
 *
 * @param losses ℓ {@code [B,T]}
 * @param slope ∂ℓ/∂ρ {@code [B,T]}
 * @param clipped 1 where the clipped surrogate is the smaller
 */
record ClippedRatio(INDArray losses, INDArray slope, INDArray clipped) {

  static ClippedRatio of(
      INDArray ratio, INDArray advantages, PolicyLossSettings settings, double dualClip) {
    INDArray plain = ratio.mul(advantages);
    INDArray held =
        Masked.clip(ratio, 1 - settings.clipLow(), 1 + settings.clipHigh()).muli(advantages);
    INDArray clipped = held.lt(plain).castTo(plain.dataType());
    INDArray smaller = plain.add(held.sub(plain).muli(clipped));
    INDArray free = clipped.rsub(1);
    if (dualClip < Double.POSITIVE_INFINITY) {
      INDArray floor = advantages.mul(dualClip);
      INDArray floored =
          advantages
              .lt(0)
              .castTo(plain.dataType())
              .muli(smaller.lt(floor).castTo(plain.dataType()));
      smaller.addi(floor.subi(smaller).muli(floored));
      free.muli(floored.rsubi(1));
    }
    return new ClippedRatio(smaller.negi(), advantages.neg().muli(free), clipped);
  }
}
