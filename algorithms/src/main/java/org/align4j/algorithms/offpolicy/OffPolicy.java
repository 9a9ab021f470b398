package org.align4j.algorithms.offpolicy;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What becomes of tokens that were sampled by another policy μ than the old one π_old, which the
 * ratio of the loss starts from. A gate leaves tokens out whose statistic of μ and π_old is outside
 * its bounds; a weight {@code π_old/μ} corrects the others. Neither has a gradient, and both meet
 * the policy term alone. Where μ is π_old every weight is exactly 1 and nothing is left out.
 *
 * <p>Schemes of the peers: TIS is {@code weight = token} within [0.5, 5]; ICEPOP a gate on the
 * ratio of a token, and {@code weight = token}; seq-mask-tis the same gate on a sequence; {@link
 * #FLASH_REINFORCE}. OpenRLHF 0.11.2 {@code models/loss.py}, PolicyLoss; verl 0.9 {@code
 * trainer/ppo/rollout_corr_helper.py}; TRL 1.16 {@code grpo_trainer.py}.
 *
 * @param gate the statistic that the gate looks at
 * @param gateLevel of a token alone, or of its sequence
 * @param gateLow smallest statistic that is kept, finite
 * @param gateHigh largest statistic that is kept; ∞ for no bound
 * @param weight of the tokens that are kept
 * @param weightLow weights are at least this, at least 0
 * @param weightHigh weights are at most this; ∞ for no bound
 * @param negativeLimit a token with a negative advantage is left out where its sequence has {@code
 *     mean_t(log μ − log π)} above this, π being the policy as it is now; ∞ for none. Off-policy
 *     sequence mask, DeepSeek-V3.2; TRL {@code get_off_policy_mask}
 */
public record OffPolicy(
    Statistic gate,
    Level gateLevel,
    double gateLow,
    double gateHigh,
    Weight weight,
    double weightLow,
    double weightHigh,
    double negativeLimit) {

  /** How far apart μ and π_old are at a sampled token; {@code Δ = log π_old − log μ}. */
  public enum Statistic {
    /** No gate. */
    NONE,
    /** {@code π_old/μ}; of a sequence the exponential of the logarithms' mean, sum or largest. */
    RATIO,
    /** {@code −Δ}, signed. */
    K1,
    /** {@code Δ²/2}. */
    K2,
    /** {@code e^Δ − 1 − Δ}. */
    K3,
    /** {@code μ ln(μ/π) + (1 − μ) ln((1 − μ)/(1 − π))}, both held within [1e-6, 1 − 1e-6]. */
    BINARY_KL,
    /** {@code |μ − π|}, total variation of the two events; both held as in the binary KL. */
    TV
  }

  /** What the statistic is taken over. */
  public enum Level {
    /** Each token by itself. */
    TOKEN,
    /** The mean over the sequence's tokens; of ratios the geometric mean. */
    SEQUENCE,
    /** The sum over the sequence's tokens; of ratios the product. */
    SEQUENCE_SUM,
    /** The largest of the sequence's tokens. */
    SEQUENCE_MAX
  }

  /** What kept tokens weigh. */
  public enum Weight {
    /** 1. */
    NONE,
    /** {@code π_old/μ} of the token. */
    TOKEN,
    /** The product of {@code π_old/μ} over the sequence: unbiased, and of great variance. */
    SEQUENCE
  }

  private static final double NO_BOUND = Double.POSITIVE_INFINITY;

  /** No gate, no weights. */
  public static final OffPolicy NONE =
      new OffPolicy(Statistic.NONE, Level.TOKEN, 0, NO_BOUND, Weight.NONE, 0, NO_BOUND, NO_BOUND);

  /**
   * FlashREINFORCE: sequences whose mean binary KL is above 0.003 are left out, the tokens of the
   * others weigh {@code π_old/μ}. The bound is that of OpenRLHF's {@code
   * tests/test_loss_aggregation.py}.
   */
  public static final OffPolicy FLASH_REINFORCE =
      new OffPolicy(
          Statistic.BINARY_KL, Level.SEQUENCE, 0, 3e-3, Weight.TOKEN, 0, NO_BOUND, NO_BOUND);

  /** Checks the bounds. */
  public OffPolicy {
    checkArgument(Double.isFinite(gateLow), "gateLow is %s: it must be finite", gateLow);
    checkArgument(
        gateHigh >= gateLow, "gateHigh is %s: it must be at least gateLow (%s)", gateHigh, gateLow);
    checkArgument(
        weightLow >= 0 && Double.isFinite(weightLow),
        "weightLow is %s: it must be at least 0",
        weightLow);
    checkArgument(
        weightHigh > weightLow,
        "weightHigh is %s: it must be above weightLow (%s)",
        weightHigh,
        weightLow);
    checkArgument(
        !Double.isNaN(negativeLimit), "negativeLimit is %s: it must be a number", negativeLimit);
  }

  /** With a gate. */
  public OffPolicy withGate(Statistic statistic, Level level, double low, double high) {
    return new OffPolicy(statistic, level, low, high, weight, weightLow, weightHigh, negativeLimit);
  }

  /** With weights within bounds. */
  public OffPolicy withWeight(Weight value, double low, double high) {
    return new OffPolicy(gate, gateLevel, gateLow, gateHigh, value, low, high, negativeLimit);
  }

  /** With a limit for negative advantages; ∞ for none. */
  public OffPolicy withNegativeLimit(double value) {
    return new OffPolicy(gate, gateLevel, gateLow, gateHigh, weight, weightLow, weightHigh, value);
  }

  /** Whether anything is left out or weighed. */
  public boolean isOn() {
    return gate != Statistic.NONE || weight != Weight.NONE || negativeLimit < NO_BOUND;
  }
}
