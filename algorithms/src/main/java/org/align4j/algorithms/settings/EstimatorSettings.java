package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.OptionalDouble;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** The advantages; see the {@link Doc} of each component. */
public record EstimatorSettings(
    @Doc("Discount γ in (0, 1]; paper, table 1: 1. Group estimators and ReMax have 1.")
        double gamma,
    @Doc(value = "λ of GAE in [0, 1]; OpenRLHF 0.5.5: 0.95.", unset = "convention")
        OptionalDouble lambda,
    @Doc(
            value =
                "Scores are held within ± this where the convention has its clip; none for no clip.",
            unset = "convention")
        OptionalDouble scoreClip,
    @Doc(
            value =
                "Whether advantages are normalised over the batch, as the convention does it for"
                    + " this estimator or else for reinforce++.",
            unset = "convention")
        Optional<Boolean> whiten,
    @Doc(value = "ε above 0 of GRPO's division by the deviation.", unset = "convention")
        OptionalDouble groupEpsilon) {

  /** FieldChecks every field. */
  public EstimatorSettings {
    checkArgument(gamma > 0 && gamma <= 1, "advantage.gamma is %s: it must be in (0, 1]", gamma);
    double l = lambda.orElse(1);
    checkArgument(l >= 0 && l <= 1, "advantage.lambda is %s: it must be in [0, 1]", l);
    scoreClip.ifPresent(clip -> FieldChecks.bound("advantage.scoreClip", clip));
    groupEpsilon.ifPresent(epsilon -> FieldChecks.positive("advantage.groupEpsilon", epsilon));
  }

  /** With another discount. */
  public EstimatorSettings withGamma(double value) {
    return Fields.replace(this, "gamma", value);
  }

  /** With another λ. */
  public EstimatorSettings withLambda(double value) {
    return Fields.replace(this, "lambda", OptionalDouble.of(value));
  }

  /** With another clip of the score; ∞ for none. */
  public EstimatorSettings withScoreClip(double value) {
    return Fields.replace(this, "scoreClip", OptionalDouble.of(value));
  }

  /** With advantages normalised or not, whatever the convention. */
  public EstimatorSettings withWhiten(boolean value) {
    return Fields.replace(this, "whiten", Optional.of(value));
  }

  /** With another ε of GRPO. */
  public EstimatorSettings withGroupEpsilon(double value) {
    return Fields.replace(this, "groupEpsilon", OptionalDouble.of(value));
  }
}
