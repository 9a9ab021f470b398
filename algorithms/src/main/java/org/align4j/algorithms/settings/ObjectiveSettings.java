package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.OptionalDouble;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** The policy's objective; see the {@link Doc} of each component. */
public record ObjectiveSettings(
    @Doc(
            value = "Policy loss by name: ppo-clip, gspo, cispo, reinforce, sapo, ….",
            unset = "algorithm")
        Optional<String> loss,
    @Doc("ε below 1 of the ratio's clip range, in (0, 1); paper, table 1: 0.2.") double clipLow,
    @Doc("ε above 1, above 0; paper 0.2, DAPO 0.28.") double clipHigh,
    @Doc(
            value =
                "Bound c above 1 of the loss where the advantage is negative; none for no bound.",
            unset = "convention")
        OptionalDouble dualClip,
    @Doc("Weight of the mean entropy, subtracted from the loss; 0 for none.")
        double entropyCoefficient,
    @Doc(
            "Weight μ of the mean negative log-prob of right samples' tokens, added to the loss, 0 or"
                + " above; VAPO 0.1.")
        double positiveNll,
    @Doc(value = "From losses of tokens to one number.", unset = "convention")
        Optional<Aggregation> aggregation) {

  /** FieldChecks every field. */
  public ObjectiveSettings {
    checkArgument(
        clipLow > 0 && clipLow < 1, "objective.clipLow is %s: it must be in (0, 1)", clipLow);
    FieldChecks.positive("objective.clipHigh", clipHigh);
    double c = dualClip.orElse(2);
    checkArgument(c > 1, "objective.dualClip is %s: it must be above 1, or none", c);
    checkArgument(
        Double.isFinite(entropyCoefficient),
        "objective.entropyCoefficient is %s: it must be finite",
        entropyCoefficient);
    FieldChecks.notNegative("objective.positiveNll", positiveNll);
  }

  /** With a policy loss other than the algorithm's own. */
  public ObjectiveSettings withLoss(String value) {
    return Fields.replace(this, "loss", Optional.of(value));
  }

  /** With another clip range of the ratio. */
  public ObjectiveSettings withClip(double low, double high) {
    return new ObjectiveSettings(
        loss, low, high, dualClip, entropyCoefficient, positiveNll, aggregation);
  }

  /** With another dual clip; ∞ for none. */
  public ObjectiveSettings withDualClip(double value) {
    return Fields.replace(this, "dualClip", OptionalDouble.of(value));
  }

  /** With another entropy bonus. */
  public ObjectiveSettings withEntropyCoefficient(double value) {
    return Fields.replace(this, "entropyCoefficient", value);
  }

  /** With another weight of right samples' negative log-prob; 0 for none. */
  public ObjectiveSettings withPositiveNll(double value) {
    return Fields.replace(this, "positiveNll", value);
  }

  /** With another aggregation. */
  public ObjectiveSettings withAggregation(Aggregation value) {
    return Fields.replace(this, "aggregation", Optional.of(value));
  }
}
