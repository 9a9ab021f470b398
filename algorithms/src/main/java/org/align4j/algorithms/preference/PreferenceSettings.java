package org.align4j.algorithms.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.train.RecordFields;

/**
 * Hyper-parameters of training on preference pairs. Set by name with {@link RecordFields}.
 *
 * @param seed of the order of the pairs
 * @param steps optimiser steps; 0 for one pass over the pairs
 * @param batchSize pairs of one step
 * @param microBatchTokens tokens of one forward pass; changes memory and speed, never results
 * @param learningRate peak
 * @param warmupRatio share of the steps in which the rate rises; OpenRLHF 0.03
 * @param maxNormClip global gradient norm is clipped to this; 0 for none; OpenRLHF 1
 * @param maxLength longest prompt and response together, in tokens; longer pairs are left out
 * @param evalEvery steps between two evaluations on the held-out pairs; 0 for none but the last
 */
public record PreferenceSettings(
    long seed,
    int steps,
    int batchSize,
    int microBatchTokens,
    double learningRate,
    double warmupRatio,
    double maxNormClip,
    int maxLength,
    int evalEvery) {

  /** A reward model on a body of some 135 M parameters; OpenRLHF's rate is 9e-6 for 8 B. */
  public static final PreferenceSettings REWARD_MODEL =
      new PreferenceSettings(1, 0, 16, 2048, 1e-5, 0.03, 1, 1024, 20);

  /** Direct preference optimisation of the same; TRL's rate is 1e-6, OpenRLHF's 5e-7 for 8 B. */
  public static final PreferenceSettings DIRECT =
      new PreferenceSettings(1, 0, 16, 2048, 1e-6, 0.03, 1, 1024, 20);

  public PreferenceSettings {
    checkArgument(steps >= 0, "steps is %s: it must be 0 (one pass) or above", steps);
    checkArgument(batchSize > 0, "batchSize is %s: it must be at least 1", batchSize);
    checkArgument(
        microBatchTokens > 0, "microBatchTokens is %s: it must be at least 1", microBatchTokens);
    checkArgument(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learningRate is %s: it must be 0 or above",
        learningRate);
    checkArgument(
        warmupRatio >= 0 && warmupRatio < 1,
        "warmupRatio is %s: it must be in [0, 1)",
        warmupRatio);
    checkArgument(maxNormClip >= 0, "maxNormClip is %s: it must be 0 or above", maxNormClip);
    checkArgument(maxLength > 1, "maxLength is %s: it must be at least 2", maxLength);
    checkArgument(
        evalEvery >= 0, "evalEvery is %s: it must be 0 (at the end only) or above", evalEvery);
  }

  /** The same settings but for one field, given as text; the error names the nearest field. */
  public PreferenceSettings with(String field, String value) {
    return RecordFields.with(this, field, value);
  }

  /** Optimiser steps over so many pairs. */
  public int stepsOver(int pairs) {
    return steps > 0 ? steps : Math.ceilDiv(pairs, batchSize);
  }
}
