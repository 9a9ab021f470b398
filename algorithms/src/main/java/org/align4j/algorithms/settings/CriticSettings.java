package org.align4j.algorithms.settings;

import java.util.OptionalDouble;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** The critic of PPO; see the {@link Doc} of each component. */
public record CriticSettings(
    @Doc("Peak learning rate of the critic; paper, table 1: 9e-6.") double learningRate,
    @Doc(
            "Rollout batches that train the critic alone, so that the first advantages are not those"
                + " of a random critic; 0 for none.")
        int warmupUpdates,
    @Doc(
            value =
                "Clip range of the value, none for no clip; OpenRLHF 0.5.5: 0.2, at its head: 0.5.",
            unset = "convention")
        OptionalDouble valueClip) {

  /** FieldChecks every field. */
  public CriticSettings {
    FieldChecks.notNegative("critic.learningRate", learningRate);
    FieldChecks.notNegative("critic.warmupUpdates", warmupUpdates);
    valueClip.ifPresent(clip -> FieldChecks.bound("critic.valueClip", clip));
  }

  /** With another peak learning rate. */
  public CriticSettings withLearningRate(double value) {
    return Fields.replace(this, "learningRate", value);
  }

  /** With another number of rollout batches for the critic alone. */
  public CriticSettings withWarmupUpdates(int value) {
    return Fields.replace(this, "warmupUpdates", value);
  }

  /** With another clip range; ∞ for none. */
  public CriticSettings withValueClip(double value) {
    return Fields.replace(this, "valueClip", OptionalDouble.of(value));
  }
}
