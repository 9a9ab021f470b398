package org.align4j.algorithms.settings.input;

import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** How long rewards may take, and what follows when one fails; see each component's {@link Doc}. */
public record JudgingSettings(
    @Doc("Seconds that a reward may take for one response.") double responseSeconds,
    @Doc("Seconds that rewards may take for a whole rollout batch.") double batchSeconds,
    @Doc(
            "What follows when a reward throws, hangs or answers no finite number: stop the run, or"
                + " drop the response, whose group's baseline is then computed without it.")
        OnFailure onFailure) {

  /** FieldChecks the times. */
  public JudgingSettings {
    FieldChecks.positive("judging.responseSeconds", responseSeconds);
    FieldChecks.positive("judging.batchSeconds", batchSeconds);
  }

  /** Two minutes for a response, half an hour for a batch; the first failure stops the run. */
  public static JudgingSettings defaults() {
    return new JudgingSettings(120, 1800, OnFailure.STOP);
  }

  /** With another time for a response, in seconds. */
  public JudgingSettings withResponseSeconds(double value) {
    return Fields.replace(this, "responseSeconds", value);
  }

  /** With another answer to failures. */
  public JudgingSettings withOnFailure(OnFailure value) {
    return Fields.replace(this, "onFailure", value);
  }
}
