package org.align4j.algorithms.settings.run;

import java.time.Duration;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** When a run's state is saved; see the {@link Doc} of each component. */
public record CheckpointSettings(
    @Doc(value = "Steps between checkpoints; 0 for none by steps.", changesResults = false)
        int every,
    @Doc(value = "Minutes between checkpoints; 0 for none by time.", changesResults = false)
        double minutes,
    @Doc(
            value = "How many of the newest stay; the best evaluation's stays as well.",
            changesResults = false)
        int keep) {

  private static final double SECONDS = 60;

  /** FieldChecks every field. */
  public CheckpointSettings {
    FieldChecks.notNegative("checkpoint.every", every);
    FieldChecks.notNegative("checkpoint.minutes", minutes);
    FieldChecks.positive("checkpoint.keep", keep);
  }

  /** With other steps between checkpoints. */
  public CheckpointSettings withEvery(int value) {
    return Fields.replace(this, "every", value);
  }

  /** With other minutes between checkpoints. */
  public CheckpointSettings withMinutes(double value) {
    return Fields.replace(this, "minutes", value);
  }

  /** With another number that stay. */
  public CheckpointSettings withKeep(int value) {
    return Fields.replace(this, "keep", value);
  }

  /** Whether one is due after a step, so long after the last one. */
  public boolean isDue(long step, Duration since) {
    return (every > 0 && step % every == 0)
        || (minutes > 0 && since.toMillis() >= minutes * SECONDS * 1000);
  }
}
