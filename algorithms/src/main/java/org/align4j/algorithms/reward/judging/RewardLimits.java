package org.align4j.algorithms.reward.judging;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import org.align4j.algorithms.settings.input.JudgingSettings;
import org.align4j.algorithms.settings.input.OnFailure;

/**
 * How long rewards may take and what follows when one fails.
 *
 * @param perResponse time for one response; a call with n responses has n times as long
 * @param perBatch time for all responses of a batch
 */
public record RewardLimits(Duration perResponse, Duration perBatch, OnFailure onFailure) {

  /** Those of {@link JudgingSettings#defaults}. */
  public static final RewardLimits DEFAULT = of(JudgingSettings.defaults());

  /** The limits that settings name. */
  public static RewardLimits of(JudgingSettings settings) {
    return new RewardLimits(
        Duration.ofMillis(Math.round(settings.responseSeconds() * 1000)),
        Duration.ofMillis(Math.round(settings.batchSeconds() * 1000)),
        settings.onFailure());
  }

  /** Checks the times. */
  public RewardLimits {
    check("perResponse", perResponse);
    check("perBatch", perBatch);
  }

  /** Above nothing, and short enough to be counted in nanoseconds. */
  private static void check(String name, Duration value) {
    checkArgument(
        value.isPositive() && value.compareTo(Duration.ofDays(365)) <= 0,
        "%s is %s: it must be above 0 and at most a year",
        name,
        value);
  }

  /** The same with another time for a response. */
  public RewardLimits withPerResponse(Duration value) {
    return new RewardLimits(value, perBatch, onFailure);
  }

  /** The same with another time for a batch. */
  public RewardLimits withPerBatch(Duration value) {
    return new RewardLimits(perResponse, value, onFailure);
  }

  /** The same with another answer to failures. */
  public RewardLimits withOnFailure(OnFailure value) {
    return new RewardLimits(perResponse, perBatch, value);
  }
}
