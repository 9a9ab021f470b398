package org.align4j.algorithms.advantage;

import org.align4j.algorithms.convention.Whitening;
import org.align4j.core.tensor.Masked;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Normalises advantages over the batch, as {@link Whitening} says. */
public final class Whitener {

  private Whitener() {}

  /** Token advantages {@code [B,T]} normalised over response tokens, 0 where masked. */
  public static INDArray tokens(INDArray advantages, INDArray mask, @Nullable Whitening whitening) {
    return whitening == null ? advantages : normalise(advantages, mask, whitening).muli(mask);
  }

  /** Sequence advantages {@code [B]} spread over the response tokens, normalised by scope. */
  public static INDArray sequences(
      INDArray advantages, INDArray mask, @Nullable Whitening whitening) {
    if (whitening == null) {
      return Masked.spread(advantages, mask);
    }
    return switch (whitening.scope()) {
      case TOKENS -> tokens(Masked.spread(advantages, mask), mask, whitening);
      case SEQUENCES ->
          Masked.spread(normalise(advantages, Nd4j.onesLike(advantages), whitening), mask);
    };
  }

  private static INDArray normalise(INDArray x, INDArray mask, Whitening whitening) {
    double scale = whitening.scale(Masked.variance(x, mask, whitening.ddof()));
    return x.sub(Masked.mean(x, mask)).muli(scale);
  }
}
