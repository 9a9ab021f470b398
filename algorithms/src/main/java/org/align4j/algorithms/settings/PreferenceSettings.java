package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/**
 * Settings of training on preference pairs; the group {@code update} is that of {@link RlSettings}.
 * See the {@link Doc} of each component.
 */
public record PreferenceSettings(
    @Doc("Seed of the order of the pairs.") long seed,
    @Doc(value = "Optimiser steps; left open: update.epochs over the pairs.", unset = "epochs")
        OptionalInt steps,
    @Doc("Longest prompt and response together, in tokens; longer pairs are left out.")
        int maxLength,
    @Doc("How the model learns; update.samples are pairs.") UpdateSettings update) {

  /** FieldChecks every field. */
  public PreferenceSettings {
    steps.ifPresent(count -> FieldChecks.positive("steps", count));
    update.checkWhole();
    checkArgument(maxLength > 1, "maxLength is %s: it must be at least 2", maxLength);
  }

  /** A reward model on a body of some 135 M parameters; OpenRLHF's rate is 9e-6 for 8 B. */
  public static PreferenceSettings rewardModel() {
    return new PreferenceSettings(
        1,
        OptionalInt.empty(),
        1024,
        RlSettings.smallModel().update().withSamples(16).withLearningRate(1e-5));
  }

  /** Direct preference optimisation of the same; TRL's rate is 1e-6, OpenRLHF's 5e-7 for 8 B. */
  public static PreferenceSettings direct() {
    return rewardModel().withUpdate(u -> u.withLearningRate(1e-6));
  }

  /** With another seed. */
  public PreferenceSettings withSeed(long value) {
    return Fields.replace(this, "seed", value);
  }

  /** With another number of steps. */
  public PreferenceSettings withSteps(int value) {
    return Fields.replace(this, "steps", OptionalInt.of(value));
  }

  /** With another longest pair. */
  public PreferenceSettings withMaxLength(int value) {
    return Fields.replace(this, "maxLength", value);
  }

  /** With a changed group. */
  public PreferenceSettings withUpdate(UnaryOperator<UpdateSettings> change) {
    return Fields.replace(this, "update", change.apply(update));
  }

  /** The same settings but for one field, given as text; the error names the nearest field. */
  public PreferenceSettings with(String path, String value) {
    return Fields.with(this, Map.of(path, value));
  }

  /** All fields as a tree. */
  public ObjectNode toTree() {
    return Fields.toTree(this);
  }

  /** Optimiser steps of a run over so many pairs. */
  public int stepsOver(int pairs) {
    return steps.orElseGet(() -> update.stepsOver(pairs));
  }
}
