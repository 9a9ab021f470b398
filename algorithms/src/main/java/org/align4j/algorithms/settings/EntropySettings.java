package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.OptionalDouble;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/**
 * What the entropy decides; the weight of its bonus is {@code objective.entropyCoefficient}. See
 * the {@link Doc} of each component.
 */
public record EntropySettings(
    @Doc(
            "Share of a mini-batch's tokens, those of the highest entropy, that the policy learns from,"
                + " in (0, 1]; 1 for all; Wang et al. 2025: 0.2.")
        double topShare,
    @Doc(
            value =
                "Entropy in nats per token that an adaptive bonus aims at: its weight rises by a step"
                    + " at or below it, else falls, and counts only at or below it; none for a fixed"
                    + " weight; TRL 0.2.",
            unset = "none")
        OptionalDouble target,
    @Doc("Step of an adaptive weight, above 0; TRL 0.005.") double step,
    @Doc("Highest adaptive weight, above 0; TRL 1.") double highest) {

  /** FieldChecks every field. */
  public EntropySettings {
    checkArgument(
        topShare > 0 && topShare <= 1, "entropy.topShare is %s: it must be in (0, 1]", topShare);
    target.ifPresent(value -> FieldChecks.positive("entropy.target", value));
    FieldChecks.positive("entropy.step", step);
    FieldChecks.positive("entropy.highest", highest);
  }

  /** All tokens, a fixed weight. */
  static EntropySettings defaults() {
    return new EntropySettings(1, OptionalDouble.empty(), 0.005, 1);
  }

  /** With another share of tokens; 1 for all. */
  public EntropySettings withTopShare(double value) {
    return Fields.replace(this, "topShare", value);
  }

  /** With a weight of the bonus that aims at this entropy. */
  public EntropySettings withTarget(double value) {
    return Fields.replace(this, "target", OptionalDouble.of(value));
  }

  /** With another step of the weight. */
  public EntropySettings withStep(double value) {
    return Fields.replace(this, "step", value);
  }

  /** With another highest weight. */
  public EntropySettings withHighest(double value) {
    return Fields.replace(this, "highest", value);
  }
}
