package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;
import java.util.OptionalDouble;
import org.align4j.algorithms.loss.preference.DirectPreference;

/** The loss of direct preference optimisation; see the {@link Doc} of each component. */
public record DirectSettings(
    @Doc(
            "dpo: Rafailov et al. 2023; cdpo: the same with labels that may be wrong; ipo: Azar et al."
                + " 2023, on the mean log-prob of a token, as TRL has it.")
        Loss loss,
    @Doc("How close to the reference the policy stays; Rafailov et al. 2023: 0.1.") double beta,
    @Doc(
            value =
                "Share of labels that are taken to be wrong, in (0, 0.5), cdpo only; auto: 0.1.",
            unset = "auto")
        OptionalDouble labelSmoothing) {

  private static final double SMOOTHING = 0.1;

  /** The loss by the name of its paper. */
  public enum Loss {
    /** Without wrong labels. */
    DPO,
    /** Conservative: some labels are wrong. */
    CDPO,
    /** A margin of fixed size. */
    IPO
  }

  /** Checks every field. */
  public DirectSettings {
    Checks.positive("beta", beta);
    checkArgument(
        loss == Loss.CDPO || labelSmoothing.isEmpty(),
        "labelSmoothing is for loss cdpo: %s takes every label as right",
        loss.name().toLowerCase(Locale.ROOT));
    double smoothing = labelSmoothing.orElse(SMOOTHING);
    checkArgument(
        smoothing > 0 && smoothing < 0.5,
        "labelSmoothing is %s: it must be in (0, 0.5); without, it is loss dpo",
        smoothing);
  }

  /** DPO as it was published. */
  public static DirectSettings defaults() {
    return new DirectSettings(Loss.DPO, 0.1, OptionalDouble.empty());
  }

  /** The loss that these settings describe. */
  public DirectPreference preference() {
    return switch (loss) {
      case DPO -> DirectPreference.dpo(beta);
      case CDPO -> DirectPreference.cdpo(beta, labelSmoothing.orElse(SMOOTHING));
      case IPO -> DirectPreference.ipo(beta);
    };
  }
}
