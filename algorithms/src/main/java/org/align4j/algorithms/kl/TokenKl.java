package org.align4j.algorithms.kl;

import org.align4j.algorithms.convention.KlClamp;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A KL estimator under a convention's clamp. The log-ratio is clamped first, the estimate last;
 * where a clamp holds, no gradient passes.
 *
 * @param estimator of the KL
 * @param clamp its bounds
 */
public record TokenKl(KlEstimator estimator, KlClamp clamp) {

  private static final String NOUN = "KL estimator";

  /** The estimator of this name under a clamp. */
  public static TokenKl of(String estimator, KlClamp clamp) {
    return new TokenKl(KlEstimator.registry().get(estimator), clamp);
  }

  /** The estimate {@code [B,T]} of {@code Δ = logProbs − refLogProbs}, 0 where masked. */
  public INDArray value(INDArray logProbs, INDArray refLogProbs, INDArray mask) {
    INDArray value = valueOf(clamped(logProbs.sub(refLogProbs)));
    return Masked.clip(value, -clamp.value(), clamp.value()).muli(mask);
  }

  /** Its derivative by the log-probs {@code [B,T]}, 0 where masked or clamped. */
  public INDArray derivative(INDArray logProbs, INDArray refLogProbs, INDArray mask) {
    INDArray ratio = logProbs.sub(refLogProbs);
    if (estimator.straightThrough()) {
      return derivativeOf(ratio).muli(mask);
    }
    INDArray held = clamped(ratio);
    INDArray inside =
        Masked.inside(ratio, -clamp.logRatio(), clamp.logRatio())
            .muli(Masked.inside(valueOf(held), -clamp.value(), clamp.value()));
    // Taken at 0 where a clamp holds: there it may be infinite, and ∞ · 0 is no number.
    return derivativeOf(held.mul(inside)).muli(mask).muli(inside);
  }

  private INDArray valueOf(INDArray ratio) {
    return guarded(() -> estimator.value(ratio), ratio);
  }

  private INDArray derivativeOf(INDArray ratio) {
    return guarded(() -> estimator.derivative(ratio), ratio);
  }

  /** The estimator may be a user's. */
  private INDArray guarded(ExtensionException.Call<INDArray> call, INDArray ratio) {
    INDArray answer = ExtensionException.guard(NOUN, estimator.name(), call);
    return ExtensionException.shaped(NOUN, estimator.name(), "", answer, ratio);
  }

  private INDArray clamped(INDArray ratio) {
    return Masked.clip(ratio, -clamp.logRatio(), clamp.logRatio());
  }
}
