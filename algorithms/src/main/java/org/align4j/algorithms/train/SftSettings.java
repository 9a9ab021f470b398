package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Hyper-parameters of supervised fine-tuning. Set by name with {@link RecordFields}.
 *
 * @param seed of the order of the examples
 * @param steps optimiser steps
 * @param batchSize examples of one step
 * @param microBatchTokens tokens of one forward pass; changes memory and speed, never results
 * @param learningRate peak; OpenRLHF 5e-6 for 8B
 * @param warmupRatio share of the steps in which the rate rises; OpenRLHF 0.03
 * @param maxNormClip global gradient norm is clipped to this; 0 for none; OpenRLHF 1
 * @param weightDecay of AdamW; OpenRLHF 0
 * @param maxLength longest example in tokens; longer responses are cut, without EOS
 */
public record SftSettings(
    long seed,
    int steps,
    int batchSize,
    int microBatchTokens,
    double learningRate,
    double warmupRatio,
    double maxNormClip,
    double weightDecay,
    int maxLength) {

  /** For the embedded arithmetic task: a tiny policy from random weights. */
  public static final SftSettings ARITHMETIC =
      new SftSettings(1, 800, 64, 8192, 3e-3, 0.03, 1, 0.01, 128);

  /** For a pretrained model of some 135 M parameters. */
  public static final SftSettings SMALL_MODEL =
      new SftSettings(1, 100, 16, 2048, 2e-5, 0.03, 1, 0, 1024);

  public SftSettings {
    checkArgument(steps > 0, "steps is %s: it must be at least 1", steps);
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
    checkArgument(weightDecay >= 0, "weightDecay is %s: it must be 0 or above", weightDecay);
    checkArgument(maxLength > 1, "maxLength is %s: it must be at least 2", maxLength);
  }

  /** The same settings but for one field, given as text; the error names the nearest field. */
  public SftSettings with(String field, String value) {
    return RecordFields.with(this, field, value);
  }
}
