package org.align4j.algorithms.kl;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@code e^(−Δ) − 1 + Δ}: unbiased, never negative. GRPO's. */
public final class K3 implements KlEstimator {

  @Override
  public String name() {
    return "k3";
  }

  @Override
  public INDArray value(INDArray logRatio) {
    return Transforms.exp(logRatio.neg(), false).subi(1).addi(logRatio);
  }

  @Override
  public INDArray derivative(INDArray logRatio) {
    return Transforms.exp(logRatio.neg(), false).rsubi(1);
  }
}
