package org.align4j.core.optim;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Settings of {@link AdamW}.
 *
 * @param learningRate rate of an update that is given none, at least 0
 * @param beta1 decay of the first moment, in [0,1); 0.9 (OpenRLHF {@code adam_betas})
 * @param beta2 decay of the second moment, in [0,1); 0.95 (OpenRLHF {@code adam_betas})
 * @param epsilon added to the root of the second moment, above 0; 1e-8 (torch)
 * @param weightDecay decoupled decay, at least 0; 0 (OpenRLHF {@code l2})
 * @param maxNorm global norm that gradients are clipped to, above 0; infinity for no clipping; 1
 *     (OpenRLHF {@code max_norm})
 */
public record AdamWSettings(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double maxNorm) {

  /** OpenRLHF's settings with the paper's actor rate (table 1). */
  public static final AdamWSettings DEFAULT = new AdamWSettings(5e-7, 0.9, 0.95, 1e-8, 0, 1);

  public AdamWSettings {
    checkArgument(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learningRate is %s: it must be at least 0",
        learningRate);
    checkArgument(beta1 >= 0 && beta1 < 1, "beta1 is %s: it must be in [0, 1)", beta1);
    checkArgument(beta2 >= 0 && beta2 < 1, "beta2 is %s: it must be in [0, 1)", beta2);
    checkArgument(
        epsilon > 0 && Double.isFinite(epsilon), "epsilon is %s: it must be above 0", epsilon);
    checkArgument(
        weightDecay >= 0 && Double.isFinite(weightDecay),
        "weightDecay is %s: it must be at least 0",
        weightDecay);
    checkArgument(
        maxNorm > 0, "maxNorm is %s: it must be above 0 (infinity for no clipping)", maxNorm);
  }

  /** The same with another rate. */
  public AdamWSettings withLearningRate(double value) {
    return new AdamWSettings(value, beta1, beta2, epsilon, weightDecay, maxNorm);
  }

  /** The same with other decays of the moments. */
  public AdamWSettings withBetas(double first, double second) {
    return new AdamWSettings(learningRate, first, second, epsilon, weightDecay, maxNorm);
  }

  /** The same with another weight decay. */
  public AdamWSettings withWeightDecay(double value) {
    return new AdamWSettings(learningRate, beta1, beta2, epsilon, value, maxNorm);
  }

  /** The same with another clipping norm. */
  public AdamWSettings withMaxNorm(double value) {
    return new AdamWSettings(learningRate, beta1, beta2, epsilon, weightDecay, value);
  }
}
