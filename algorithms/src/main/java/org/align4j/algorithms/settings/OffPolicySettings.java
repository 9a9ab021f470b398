package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.OptionalDouble;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.align4j.algorithms.offpolicy.OffPolicy.Level;
import org.align4j.algorithms.offpolicy.OffPolicy.Statistic;
import org.align4j.algorithms.offpolicy.OffPolicy.Weight;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** Tokens that another policy sampled; see the {@link Doc} of each component. */
public record OffPolicySettings(
    @Doc(
            value =
                "Statistic of the policy that sampled and the one before the update; tokens outside"
                    + " the bounds are not learnt from.",
            unset = "algorithm")
        Optional<Statistic> gate,
    @Doc(
            value = "Whether it is a token's own, or the mean, sum or largest of its sequence.",
            unset = "algorithm")
        Optional<Level> gateLevel,
    @Doc(
            value =
                "Smallest statistic that is kept; usual: 0.5 for ratio, −gateHigh for k1, else 0.",
            unset = USUAL)
        OptionalDouble gateLow,
    @Doc(
            value =
                "Largest statistic that is kept; usual: 5 for ratio (OpenRLHF), the algorithm's own,"
                    + " else it must be set.",
            unset = USUAL)
        OptionalDouble gateHigh,
    @Doc(
            value =
                "What kept tokens weigh: none for 1, or the importance weight of the token, or of its"
                    + " whole sequence.",
            unset = "algorithm")
        Optional<Weight> weight,
    @Doc("Weights are at least this, at least 0; OpenRLHF's TIS 0.5, verl 0.") double weightLow,
    @Doc("Weights are at most this; OpenRLHF's TIS 5, verl 2.") double weightHigh,
    @Doc(
            "A sequence this many nats a token away from the policy as it is now teaches nothing where"
                + " its advantage is negative; none for no limit. DeepSeek-V3.2.")
        double negativeLimit) {

  /** The word for bounds that depend on the statistic. */
  @SuppressWarnings("UnusedVariable") // annotations above read it
  private static final String USUAL = "usual";

  /** FieldChecks of OpenRLHF's gate on the ratio. */
  private static final double RATIO_LOW = 0.5;

  private static final double RATIO_HIGH = 5;

  /** All left to the algorithm. */
  static final OffPolicySettings OPEN =
      new OffPolicySettings(
          Optional.empty(),
          Optional.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          Optional.empty(),
          0,
          Double.POSITIVE_INFINITY,
          Double.POSITIVE_INFINITY);

  /** FieldChecks every field. */
  public OffPolicySettings {
    double low = gateLow.orElse(0);
    checkArgument(Double.isFinite(low), "offPolicy.gateLow is %s: it must be finite", low);
    double high = gateHigh.orElse(0);
    checkArgument(!Double.isNaN(high), "offPolicy.gateHigh is NaN: it must be a number, or none");
    FieldChecks.notNegative("offPolicy.weightLow", weightLow);
    checkArgument(
        weightHigh > weightLow,
        "offPolicy.weightHigh is %s: it must be above offPolicy.weightLow (%s)",
        weightHigh,
        weightLow);
    FieldChecks.bound("offPolicy.negativeLimit", negativeLimit);
  }

  /**
   * What is done, with what is left open as the algorithm has it.
   *
   * @throws IllegalArgumentException for bounds without what they bound, and for a gate that has no
   *     usual bound
   */
  public OffPolicy over(OffPolicy algorithm) {
    Statistic statistic = gate.orElse(algorithm.gate());
    Weight weighed = weight.orElse(algorithm.weight());
    checkArgument(
        weighed != Weight.NONE || (weightLow == 0 && weightHigh == Double.POSITIVE_INFINITY),
        "offPolicy.weightLow and weightHigh are %s and %s, but there are no weights: set"
            + " offPolicy.weight to token or sequence too, or leave them 0 and none",
        weightLow,
        weightHigh);
    OffPolicy others =
        OffPolicy.NONE.withWeight(weighed, weightLow, weightHigh).withNegativeLimit(negativeLimit);
    if (statistic == Statistic.NONE) {
      checkArgument(
          gateLevel.isEmpty() && gateLow.isEmpty() && gateHigh.isEmpty(),
          "offPolicy.gateLevel, gateLow or gateHigh is set, but there is no gate: set offPolicy.gate"
              + " too, such as ratio, or leave them open");
      return others;
    }
    boolean own = statistic == algorithm.gate();
    double high = gateHigh.orElseGet(() -> own ? algorithm.gateHigh() : usualHigh(statistic));
    double low = gateLow.orElseGet(() -> own ? algorithm.gateLow() : usualLow(statistic, high));
    checkArgument(
        high >= low,
        "offPolicy.gateHigh is %s: it must be at least offPolicy.gateLow (%s)",
        high,
        low);
    Level level = gateLevel.orElse(own ? algorithm.gateLevel() : Level.TOKEN);
    return others.withGate(statistic, level, low, high);
  }

  private static double usualLow(Statistic statistic, double high) {
    return switch (statistic) {
      case RATIO -> RATIO_LOW;
      // The logarithm of a band [1/c, c] of ratios, as in verl.
      case K1 -> Double.isInfinite(high) ? -Double.MAX_VALUE : -high;
      default -> 0;
    };
  }

  private static double usualHigh(Statistic statistic) {
    checkArgument(
        statistic == Statistic.RATIO,
        "offPolicy.gateHigh is not set: a gate on %s has no usual bound; set the largest that is"
            + " kept, such as 0.01",
        statistic.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
    return RATIO_HIGH;
  }

  /** With a gate on a statistic within bounds. */
  public OffPolicySettings withGate(Statistic statistic, Level level, double low, double high) {
    return new OffPolicySettings(
        Optional.of(statistic),
        Optional.of(level),
        OptionalDouble.of(low),
        OptionalDouble.of(high),
        weight,
        weightLow,
        weightHigh,
        negativeLimit);
  }

  /** With weights within bounds; 0 and ∞ for no bounds. */
  public OffPolicySettings withWeight(Weight value, double low, double high) {
    return new OffPolicySettings(
        gate, gateLevel, gateLow, gateHigh, Optional.of(value), low, high, negativeLimit);
  }

  /** With a limit for negative advantages; ∞ for none. */
  public OffPolicySettings withNegativeLimit(double value) {
    return Fields.replace(this, "negativeLimit", value);
  }
}
