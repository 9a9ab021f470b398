package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How much each token of a mini-batch contributes to the covariance of advantage and log-prob,
 * which drives the entropy down. Cui et al. 2025, "The entropy mechanism", eq. 9.
 */
final class Covariance {

  private Covariance() {}

  /** {@code (Â − mean Â)(log π − mean log π)}, {@code [B·T]}, row by row. */
  static double[] of(PolicyLossInputs inputs) {
    INDArray mask = inputs.mask();
    INDArray advantages = inputs.advantages().sub(Masked.mean(inputs.advantages(), mask));
    INDArray logProbs = inputs.logProbs().sub(Masked.mean(inputs.logProbs(), mask));
    return flat(advantages.muli(logProbs));
  }

  /** Elements row by row. */
  static double[] flat(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  /** How many tokens a share is, at least one. */
  static int count(double share, INDArray mask) {
    return Math.max(1, (int) (share * Masked.count(mask)));
  }

  /** 1 at these places, else 0, in the shape of the mask. */
  static INDArray marks(int[] places, INDArray mask) {
    double[] marks = new double[(int) mask.length()];
    for (int place : places) {
      marks[place] = 1;
    }
    return Nd4j.createFromArray(marks).castTo(mask.dataType()).reshape('c', mask.shape());
  }
}
