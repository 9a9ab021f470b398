package org.align4j.algorithms.settings;

import java.util.Optional;
import java.util.OptionalDouble;
import org.align4j.algorithms.convention.Algorithm.KlPlace;
import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** The KL to the reference; see the {@link Doc} of each component. */
public record KlSettings(
    @Doc("Weight β of the KL, at least 0; paper, table 1: 0.01 general, 0.001 math.")
        double coefficient,
    @Doc(
            value = "Where the KL goes: into the token rewards or into the loss.",
            unset = "convention")
        Optional<KlPlace> place,
    @Doc(
            value = "Estimator in the reward: k1, k2, k3, abs, k1+, k3+; paper, eq. 5: k1.",
            unset = "convention")
        Optional<String> estimator,
    @Doc("KL per response token that an adaptive β aims at; 0 for a fixed β.") double target,
    @Doc("Samples over which an adaptive β moves; 10,000 in the peers (Ziegler et al. 2019).")
        double horizon,
    @Doc(
            value =
                "Weight of a KL term in the loss; left open: kl.coefficient where the KL goes there,"
                    + " else 0.",
            unset = "convention")
        OptionalDouble lossCoefficient,
    @Doc(value = "Estimator in the loss; k2 where no convention says.", unset = "convention")
        Optional<String> lossEstimator,
    @Doc(
            value =
                "What the ratio to the policy that sampled does to a KL term in the loss: none;"
                    + " gradient: that of the KL, weighted by the ratio up to 10 (OpenRLHF); value:"
                    + " the estimate times the ratio (TRL).",
            unset = "convention")
        Optional<KlWeighting> weighting) {

  /** FieldChecks every field. */
  public KlSettings {
    FieldChecks.notNegative("kl.coefficient", coefficient);
    FieldChecks.notNegative("kl.target", target);
    FieldChecks.positive("kl.horizon", horizon);
    lossCoefficient.ifPresent(weight -> FieldChecks.notNegative("kl.lossCoefficient", weight));
  }

  /** With another β. */
  public KlSettings withCoefficient(double value) {
    return Fields.replace(this, "coefficient", value);
  }

  /** With the KL in the reward or in the loss, whatever the convention. */
  public KlSettings withPlace(KlPlace value) {
    return Fields.replace(this, "place", Optional.of(value));
  }

  /** With another estimator in the reward. */
  public KlSettings withEstimator(String value) {
    return Fields.replace(this, "estimator", Optional.of(value));
  }

  /** With a β that aims at this KL; 0 for a fixed one. */
  public KlSettings withTarget(double value) {
    return Fields.replace(this, "target", value);
  }

  /** With another horizon of an adaptive β. */
  public KlSettings withHorizon(double value) {
    return Fields.replace(this, "horizon", value);
  }

  /** With a KL term in the loss. */
  public KlSettings withLossCoefficient(double value) {
    return Fields.replace(this, "lossCoefficient", OptionalDouble.of(value));
  }

  /** With another estimator in the loss. */
  public KlSettings withLossEstimator(String value) {
    return Fields.replace(this, "lossEstimator", Optional.of(value));
  }

  /** With another importance weight of a KL term in the loss. */
  public KlSettings withWeighting(KlWeighting value) {
    return Fields.replace(this, "weighting", Optional.of(value));
  }
}
