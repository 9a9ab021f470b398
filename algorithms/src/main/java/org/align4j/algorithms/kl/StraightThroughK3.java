package org.align4j.algorithms.kl;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Value of k3, gradient of k2: an unbiased estimate with an unbiased gradient. verl documents it as
 * {@code k3+}.
 */
public final class StraightThroughK3 implements KlEstimator {

  private final KlEstimator forward = new K3();
  private final KlEstimator backward = new K2();

  @Override
  public String name() {
    return "k3+";
  }

  @Override
  public INDArray value(INDArray logRatio) {
    return forward.value(logRatio);
  }

  @Override
  public INDArray derivative(INDArray logRatio) {
    return backward.derivative(logRatio);
  }

  @Override
  public boolean straightThrough() {
    return true;
  }
}
