package org.align4j.algorithms.settings.run;

import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** What stops a run, and what is only reported; see the {@link Doc} of each component. */
public record GuardSettings(
    @Doc(
            "What happens when a loss, gradient, reward or log-prob is not finite: stop, or skip that"
                + " update. The batch is saved either way.")
        NonFinite nonFinite,
    @Doc("Skipped updates in a row after which the run stops all the same.") int skipLimit,
    @Doc("Steps that a warning's average is taken over.") int window,
    @Doc("Warns when the mean of train/kl is below minus this.") double klSlack,
    @Doc("Warns when the mean of train/entropy is below this; nats a token.") double entropyFloor,
    @Doc("Warns when the mean of train/clip_fraction is above this.") double clipFraction,
    @Doc(
            "Warns when responses are this many times as long as in the first steps while the reward"
                + " rises.")
        double lengthGrowth) {

  /** What to do about a number that is not finite. */
  public enum NonFinite {
    /** End the run. */
    STOP,
    /** Leave that update out and go on. */
    SKIP
  }

  /** FieldChecks every field. */
  public GuardSettings {
    FieldChecks.positive("guards.skipLimit", skipLimit);
    FieldChecks.positive("guards.window", window);
    FieldChecks.notNegative("guards.klSlack", klSlack);
    FieldChecks.notNegative("guards.entropyFloor", entropyFloor);
    FieldChecks.notNegative("guards.clipFraction", clipFraction);
    FieldChecks.positive("guards.lengthGrowth", lengthGrowth);
  }

  /** With another way of handling numbers that are not finite. */
  public GuardSettings withNonFinite(NonFinite value) {
    return Fields.replace(this, "nonFinite", value);
  }

  /** With another window. */
  public GuardSettings withWindow(int value) {
    return Fields.replace(this, "window", value);
  }
}
