package org.align4j.algorithms.kl;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code Δ}: unbiased, signed. The paper's (eq. 5). */
public final class K1 implements KlEstimator {

  @Override
  public String name() {
    return "k1";
  }

  @Override
  public INDArray value(INDArray logRatio) {
    return logRatio.dup();
  }

  @Override
  public INDArray derivative(INDArray logRatio) {
    return Nd4j.onesLike(logRatio);
  }
}
