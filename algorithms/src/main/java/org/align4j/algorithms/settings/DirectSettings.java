package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;
import java.util.OptionalDouble;
import org.align4j.algorithms.loss.preference.DirectPreference;
import org.align4j.algorithms.loss.preference.Kto;
import org.align4j.algorithms.loss.preference.Orpo;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.loss.preference.SimPo;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;

/** The loss of direct preference optimisation; see the {@link Doc} of each component. */
public record DirectSettings(
    @Doc(
            "dpo: Rafailov et al. 2023; cdpo: the same with labels that may be wrong; ipo: Azar et al."
                + " 2023, on the mean log-prob of a token, as TRL has it; simpo: Meng et al. 2024; orpo: Hong"
                + " et al. 2024; kto: Ethayarajh et al. 2024, a pair is one example of each kind.")
        Loss loss,
    @Doc(
            "How close to the reference the policy stays; Rafailov et al. 2023: 0.1; orpo: weight of"
                + " the odds ratio, 0.1; simpo: scale of the mean log-prob, 2 to 2.5 in its paper.")
        double beta,
    @Doc(
            value =
                "Share of labels that are taken to be wrong, in (0, 0.5), cdpo only; auto: 0.1.",
            unset = "auto")
        OptionalDouble labelSmoothing,
    @Doc(
            value = "By how much the chosen response must be ahead, simpo only; auto: 0.5 (TRL).",
            unset = "auto")
        OptionalDouble margin,
    @Doc(value = "Weight of chosen responses, above 0, kto only; auto: 1 (TRL).", unset = "auto")
        OptionalDouble desirableWeight,
    @Doc(value = "Weight of rejected responses, above 0, kto only; auto: 1 (TRL).", unset = "auto")
        OptionalDouble undesirableWeight) {

  private static final double SMOOTHING = 0.1;

  /** The loss by the name of its paper. */
  public enum Loss {
    /** Without wrong labels. */
    DPO,
    /** Conservative: some labels are wrong. */
    CDPO,
    /** A margin of fixed size. */
    IPO,
    /** Mean log-probs and a margin, without a reference. */
    SIMPO,
    /** Supervised learning and the odds ratio, without a reference. */
    ORPO,
    /** Each response against the KL. */
    KTO
  }

  /** FieldChecks every field. */
  public DirectSettings {
    FieldChecks.positive("beta", beta);
    checkArgument(
        loss == Loss.CDPO || labelSmoothing.isEmpty(),
        "labelSmoothing is for loss cdpo: %s takes every label as right",
        loss.name().toLowerCase(Locale.ROOT));
    only(Loss.SIMPO, "margin", margin, loss);
    only(Loss.KTO, "desirableWeight", desirableWeight, loss);
    only(Loss.KTO, "undesirableWeight", undesirableWeight, loss);
    margin.ifPresent(value -> FieldChecks.notNegative("margin", value));
    desirableWeight.ifPresent(value -> FieldChecks.positive("desirableWeight", value));
    undesirableWeight.ifPresent(value -> FieldChecks.positive("undesirableWeight", value));
    double smoothing = labelSmoothing.orElse(SMOOTHING);
    checkArgument(
        smoothing > 0 && smoothing < 0.5,
        "labelSmoothing is %s: it must be in (0, 0.5); without, it is loss dpo",
        smoothing);
  }

  /** DPO as it was published. */
  public static DirectSettings defaults() {
    return new DirectSettings(
        Loss.DPO,
        0.1,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static void only(Loss owner, String field, OptionalDouble value, Loss loss) {
    checkArgument(
        loss == owner || value.isEmpty(),
        "%s is for loss %s: %s has none",
        field,
        owner.name().toLowerCase(Locale.ROOT),
        loss.name().toLowerCase(Locale.ROOT));
  }

  /** The loss that these settings describe. */
  public PolicyPairLoss preference() {
    return switch (loss) {
      case DPO -> DirectPreference.dpo(beta);
      case CDPO -> DirectPreference.cdpo(beta, labelSmoothing.orElse(SMOOTHING));
      case IPO -> DirectPreference.ipo(beta);
      case SIMPO -> new SimPo(beta, margin.orElse(0.5));
      case ORPO -> new Orpo(beta);
      case KTO -> new Kto(beta, desirableWeight.orElse(1), undesirableWeight.orElse(1));
    };
  }
}
