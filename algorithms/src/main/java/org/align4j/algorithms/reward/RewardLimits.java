package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How long rewards may take and what follows when one fails.
 *
 * @param perResponse time for one response; a call with n responses has n times as long
 * @param perBatch time for all responses of a batch
 */
public record RewardLimits(Duration perResponse, Duration perBatch, OnFailure onFailure) {

  /** Two minutes for a response, half an hour for a batch; the first failure stops the run. */
  public static final RewardLimits DEFAULT =
      new RewardLimits(Duration.ofMinutes(2), Duration.ofMinutes(30), OnFailure.STOP);

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
