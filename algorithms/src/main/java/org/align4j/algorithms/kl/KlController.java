package org.align4j.algorithms.kl;

import static com.google.common.base.Preconditions.checkArgument;

/** The coefficient β of the KL penalty and how it follows the measured KL. */
public sealed interface KlController {

  /** β now. */
  double coefficient();

  /**
   * The controller after an update.
   *
   * @param kl measured KL per sequence or token, in the unit of the target
   * @param steps samples seen since the last update
   */
  KlController update(double kl, long steps);

  /** β never changes. */
  record Fixed(double coefficient) implements KlController {

    /** Checks the coefficient. */
    public Fixed {
      check("coefficient", coefficient, coefficient >= 0, "at least 0");
    }

    @Override
    public KlController update(double kl, long steps) {
      return this;
    }
  }

  /**
   * Ziegler et al. 2019, eq. 2.2: {@code β ← β (1 + clip(KL/target − 1, ±0.2) · n / horizon)}.
   *
   * @param coefficient β now
   * @param target KL aimed at; 6 in the peers
   * @param horizon samples over which β moves; 10,000 in the peers
   */
  record Adaptive(double coefficient, double target, double horizon) implements KlController {

    /** Checks every field. */
    public Adaptive {
      check("coefficient", coefficient, coefficient >= 0, "at least 0");
      check("target", target, target > 0, "above 0");
      check("horizon", horizon, horizon > 0, "above 0");
    }

    @Override
    public KlController update(double kl, long steps) {
      check("kl", kl, Double.isFinite(kl), "finite");
      double error = Math.clamp(kl / target - 1, -0.2, 0.2);
      return new Adaptive(coefficient * (1 + error * steps / horizon), target, horizon);
    }
  }

  private static void check(String field, double value, boolean good, String allowed) {
    checkArgument(
        good && !Double.isInfinite(value), "%s is %s: it must be %s", field, value, allowed);
  }
}
