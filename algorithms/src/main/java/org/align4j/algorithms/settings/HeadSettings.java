package org.align4j.algorithms.settings;

import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** How a reward head is trained on frozen features; see the {@link Doc} of each component. */
public record HeadSettings(
    @Doc("Passes over the pairs; each is a step of the run.") int epochs,
    @Doc("Pairs of one step of Adam.") int pairs,
    @Doc("Learning rate of Adam.") double learningRate,
    @Doc(
            "Penalty ½ · l2 · |w|² on the weights of the standardised features: there are often more"
                + " features than pairs.")
        double l2) {

  /** Found on GSM8K's pairs with a model of 135 M parameters: see docs/reward-models.md. */
  public static final HeadSettings DEFAULT = new HeadSettings(100, 64, 1e-3, 1);

  /** FieldChecks every field. */
  public HeadSettings {
    FieldChecks.positive("frozen.epochs", epochs);
    FieldChecks.positive("frozen.pairs", pairs);
    FieldChecks.positive("frozen.learningRate", learningRate);
    FieldChecks.notNegative("frozen.l2", l2);
  }

  /** With another number of passes. */
  public HeadSettings withEpochs(int value) {
    return Fields.replace(this, "epochs", value);
  }
}
