package org.align4j.algorithms.kl;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code ½Δ²}: biased, never negative; its gradient is that of the KL in expectation. */
public final class K2 implements KlEstimator {

  @Override
  public String name() {
    return "k2";
  }

  @Override
  public INDArray value(INDArray logRatio) {
    return logRatio.mul(logRatio).muli(0.5);
  }

  @Override
  public INDArray derivative(INDArray logRatio) {
    return logRatio.dup();
  }
}
