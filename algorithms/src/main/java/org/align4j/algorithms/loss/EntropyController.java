package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

/** The coefficient of the entropy bonus and how it follows the measured entropy. */
public sealed interface EntropyController {

  /** The coefficient now, applied or not. */
  double coefficient();

  /** The coefficient of the next update. */
  double applied();

  /** The entropy measured last, ∞ before the first. */
  double measured();

  /**
   * The controller after an update.
   *
   * @param entropy mean over the tokens that the bonus acts on, in nats
   */
  EntropyController update(double entropy);

  /** The coefficient never changes. */
  record Fixed(double coefficient) implements EntropyController {

    /** Checks the coefficient. */
    public Fixed {
      check("coefficient", coefficient, Double.isFinite(coefficient), "finite");
    }

    @Override
    public double applied() {
      return coefficient;
    }

    @Override
    public double measured() {
      return Double.POSITIVE_INFINITY;
    }

    @Override
    public EntropyController update(double entropy) {
      return this;
    }
  }

  /**
   * Skywork-OR1's: up by a step at or below the target, else down, within bounds; applied only
   * while the entropy measured last is at or below the target, so not in the first update. He et
   * al. 2025, §4; TRL 1.16 {@code grpo_trainer.py}, use_adaptive_entropy.
   *
   * @param coefficient now
   * @param target entropy aimed at, in nats per token; TRL 0.2
   * @param step of the coefficient; TRL 0.005
   * @param highest bound of the coefficient; TRL 1; the lowest is 0
   * @param measured entropy of the last update, ∞ before the first
   */
  record Adaptive(double coefficient, double target, double step, double highest, double measured)
      implements EntropyController {

    /** Checks every field. */
    public Adaptive {
      check("coefficient", coefficient, coefficient >= 0, "at least 0");
      check("target", target, target > 0, "above 0");
      check("step", step, step > 0, "above 0");
      check("highest", highest, highest > 0, "above 0");
      checkArgument(
          coefficient <= highest,
          "coefficient is %s: it must be at most highest (%s)",
          coefficient,
          highest);
    }

    /** One that has seen no update. */
    public static Adaptive of(double coefficient, double target, double step, double highest) {
      return new Adaptive(coefficient, target, step, highest, Double.POSITIVE_INFINITY);
    }

    @Override
    public double applied() {
      return measured <= target ? coefficient : 0;
    }

    @Override
    public EntropyController update(double entropy) {
      check("entropy", entropy, Double.isFinite(entropy), "finite");
      double next =
          entropy <= target
              ? Math.min(coefficient + step, highest)
              : Math.max(coefficient - step, 0);
      return new Adaptive(next, target, step, highest, entropy);
    }
  }

  private static void check(String field, double value, boolean good, String allowed) {
    checkArgument(
        good && !Double.isInfinite(value), "%s is %s: it must be %s", field, value, allowed);
  }
}
