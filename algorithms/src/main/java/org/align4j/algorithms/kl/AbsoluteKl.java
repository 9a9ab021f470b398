package org.align4j.algorithms.kl;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@code |Δ|}. verl's {@code abs}. */
public final class AbsoluteKl implements KlEstimator {

  @Override
  public String name() {
    return "abs";
  }

  @Override
  public INDArray value(INDArray logRatio) {
    return Transforms.abs(logRatio, true);
  }

  @Override
  public INDArray derivative(INDArray logRatio) {
    return Transforms.sign(logRatio, true);
  }
}
