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
 * Settings of supervised fine-tuning; the group {@code update} is that of {@link RlSettings}. See
 * the {@link Doc} of each component.
 */
public record SftSettings(
    @Doc("Seed of the order of the examples.") long seed,
    @Doc(value = "Optimiser steps; left open: update.epochs over the examples.", unset = "epochs")
        OptionalInt steps,
    @Doc("Longest example in tokens; longer responses are cut, without EOS.") int maxLength,
    @Doc("How the policy learns; OpenRLHF has a learning rate of 5e-6 for 8B.")
        UpdateSettings update) {

  /** FieldChecks every field. */
  public SftSettings {
    steps.ifPresent(count -> FieldChecks.positive("steps", count));
    update.checkWhole();
    checkArgument(maxLength > 1, "maxLength is %s: it must be at least 2", maxLength);
  }

  /** For the embedded arithmetic task: a tiny policy from random weights. */
  public static SftSettings arithmetic() {
    return new SftSettings(
        1,
        OptionalInt.of(800),
        128,
        RlSettings.arithmetic()
            .update()
            .withSamples(64)
            .withLearningRate(3e-3)
            .withWeightDecay(0.01));
  }

  /** For a pretrained model of some 135 M parameters. */
  public static SftSettings smallModel() {
    return new SftSettings(
        1,
        OptionalInt.of(100),
        1024,
        RlSettings.smallModel().update().withSamples(16).withLearningRate(2e-5));
  }

  /** With another seed. */
  public SftSettings withSeed(long value) {
    return Fields.replace(this, "seed", value);
  }

  /** With another number of steps. */
  public SftSettings withSteps(int value) {
    return Fields.replace(this, "steps", OptionalInt.of(value));
  }

  /** With another longest example. */
  public SftSettings withMaxLength(int value) {
    return Fields.replace(this, "maxLength", value);
  }

  /** With a changed group. */
  public SftSettings withUpdate(UnaryOperator<UpdateSettings> change) {
    return Fields.replace(this, "update", change.apply(update));
  }

  /** The same settings but for one field, given as text; the error names the nearest field. */
  public SftSettings with(String path, String value) {
    return Fields.with(this, Map.of(path, value));
  }

  /** All fields as a tree. */
  public ObjectNode toTree() {
    return Fields.toTree(this);
  }

  /** Optimiser steps of a run over so many examples. */
  public int stepsOver(int examples) {
    return steps.orElseGet(() -> update.stepsOver(examples));
  }
}
