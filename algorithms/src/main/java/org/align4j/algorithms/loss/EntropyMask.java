package org.align4j.algorithms.loss;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The tokens of a mini-batch with the highest entropy: those where the policy decides something.
 * Wang et al. 2025, "Beyond the 80/20 rule"; TRL 1.16 {@code grpo_trainer.py},
 * get_high_entropy_mask, whose quantile this is (linear between two values; ties are kept).
 */
final class EntropyMask {

  private EntropyMask() {}

  /**
   * 1 at response tokens whose entropy is at or above the quantile {@code 1 − share}, else 0,
   * {@code [B,T]}.
   */
  static INDArray of(INDArray entropy, INDArray mask, double share) {
    double[] values = entropy.dup('c').data().asDouble();
    double[] counted = mask.dup('c').data().asDouble();
    double[] sorted = new double[values.length];
    int size = 0;
    for (int i = 0; i < values.length; i++) {
      if (counted[i] != 0) {
        sorted[size++] = values[i];
      }
    }
    Arrays.sort(sorted, 0, size);
    double threshold = quantile(sorted, size, 1 - share);
    for (int i = 0; i < values.length; i++) {
      values[i] = counted[i] != 0 && values[i] >= threshold ? 1 : 0;
    }
    return Nd4j.createFromArray(values).castTo(mask.dataType()).reshape('c', mask.shape());
  }

  private static double quantile(double[] sorted, int size, double share) {
    // The share and the result in single precision, as torch.quantile has them of float entropies:
    // it decides whether a token that is the quantile itself is kept.
    double place = (double) (float) share * (size - 1);
    int below = (int) place;
    int above = Math.min(size - 1, below + 1);
    return (float) (sorted[below] + (place - below) * (sorted[above] - sorted[below]));
  }
}
