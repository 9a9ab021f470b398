package org.align4j.core.optim;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The learning rate over optimiser steps, counted from 0. In the warm-up the rate is {@code peak ·
 * step / warmupSteps}, so the very first step of a warm-up has rate 0 (transformers {@code
 * optimization.py}).
 *
 * @param peak the highest rate, at least 0
 * @param warmupSteps steps until the peak, at least 0
 * @param totalSteps steps of the whole run, at least 1; after them the rate stays at its end
 * @param decay what follows the warm-up
 * @param minimumRatio rate at the end over peak, in [0,1]; 0.1 for OpenRLHF's {@code
 *     cosine_with_min_lr}; not used by {@link Decay#CONSTANT}
 */
public record LearningRateSchedule(
    double peak, long warmupSteps, long totalSteps, Decay decay, double minimumRatio) {

  /** What follows the warm-up. */
  public enum Decay {
    /** The peak, for ever. */
    CONSTANT,
    /** A straight line from the peak to the minimum. */
    LINEAR,
    /** Half a cosine from the peak to the minimum. */
    COSINE
  }

  public LearningRateSchedule {
    checkArgument(
        peak >= 0 && Double.isFinite(peak), "learning rate is %s: it must be at least 0", peak);
    checkArgument(warmupSteps >= 0, "warmupSteps is %s: it must be at least 0", warmupSteps);
    checkArgument(totalSteps >= 1, "totalSteps is %s: it must be at least 1", totalSteps);
    checkArgument(
        minimumRatio >= 0 && minimumRatio <= 1,
        "minimumRatio is %s: it must be in [0, 1]",
        minimumRatio);
  }

  /** One rate throughout. */
  public static LearningRateSchedule constant(double rate) {
    return new LearningRateSchedule(rate, 0, 1, Decay.CONSTANT, 1);
  }

  /** Warm-up, then half a cosine down to a tenth (OpenRLHF's default). */
  public static LearningRateSchedule cosine(double peak, long warmupSteps, long totalSteps) {
    return new LearningRateSchedule(peak, warmupSteps, totalSteps, Decay.COSINE, 0.1);
  }

  /** The rate of a step, from 0. */
  public double at(long step) {
    if (step < warmupSteps) {
      return peak * step / warmupSteps;
    }
    double progress =
        Math.min(1, (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    double left =
        switch (decay) {
          case CONSTANT -> 1;
          case LINEAR -> minimumRatio + (1 - minimumRatio) * (1 - progress);
          case COSINE ->
              minimumRatio + (1 - minimumRatio) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
        };
    return peak * left;
  }
}
