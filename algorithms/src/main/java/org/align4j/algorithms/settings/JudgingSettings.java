package org.align4j.algorithms.settings;

import java.time.Duration;
import org.align4j.algorithms.reward.OnFailure;
import org.align4j.algorithms.reward.RewardLimits;

/** How long rewards may take, and what follows when one fails; see each component's {@link Doc}. */
public record JudgingSettings(
    @Doc("Seconds that a reward may take for one response.") double responseSeconds,
    @Doc("Seconds that rewards may take for a whole rollout batch.") double batchSeconds,
    @Doc(
            "What follows when a reward throws, hangs or answers no finite number: stop the run, or"
                + " drop the response, whose group's baseline is then computed without it.")
        OnFailure onFailure) {

  private static final double MILLIS = 1000;

  /** Checks the times. */
  public JudgingSettings {
    Checks.positive("judging.responseSeconds", responseSeconds);
    Checks.positive("judging.batchSeconds", batchSeconds);
  }

  /** The limits that rewards have where nothing else is said. */
  public static JudgingSettings defaults() {
    RewardLimits limits = RewardLimits.DEFAULT;
    return new JudgingSettings(
        limits.perResponse().toMillis() / MILLIS,
        limits.perBatch().toMillis() / MILLIS,
        limits.onFailure());
  }

  /** With another time for a response, in seconds. */
  public JudgingSettings withResponseSeconds(double value) {
    return Fields.replace(this, "responseSeconds", value);
  }

  /** With another answer to failures. */
  public JudgingSettings withOnFailure(OnFailure value) {
    return Fields.replace(this, "onFailure", value);
  }

  /** The limits. */
  public RewardLimits limits() {
    return new RewardLimits(
        Duration.ofMillis(Math.round(responseSeconds * MILLIS)),
        Duration.ofMillis(Math.round(batchSeconds * MILLIS)),
        onFailure);
  }
}
