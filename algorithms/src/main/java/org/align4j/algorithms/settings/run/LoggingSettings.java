package org.align4j.algorithms.settings.run;

import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** What a run writes beside its metrics; see the {@link Doc} of each component. */
public record LoggingSettings(
    @Doc(
            value = "Steps between those whose completions are written; 0 for none.",
            changesResults = false)
        int completionsEvery,
    @Doc(
            value = "Whether tokens with log-prob and KL are written with each completion.",
            changesResults = false)
        boolean tokens) {

  /** FieldChecks every field. */
  public LoggingSettings {
    FieldChecks.notNegative("logging.completionsEvery", completionsEvery);
  }

  /** With other steps between written completions; 0 for none. */
  public LoggingSettings withCompletionsEvery(int value) {
    return Fields.replace(this, "completionsEvery", value);
  }

  /** With or without tokens. */
  public LoggingSettings withTokens(boolean value) {
    return Fields.replace(this, "tokens", value);
  }

  /** Whether the completions of a step are written. */
  public boolean isDue(long step, boolean last) {
    return completionsEvery > 0 && (last || step % completionsEvery == 0);
  }
}
