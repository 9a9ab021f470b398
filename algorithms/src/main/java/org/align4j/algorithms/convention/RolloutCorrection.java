package org.align4j.algorithms.convention;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Weight of a token whose generator was not numerically the old policy: {@code w = exp(old −
 * rollout)}, without gradient.
 *
 * @param kind what happens to weights outside the bounds
 * @param low lower bound; 0.5 in OpenRLHF
 * @param high upper bound; 5 in OpenRLHF
 */
public record RolloutCorrection(Kind kind, double low, double high) {

  /** What happens to weights outside the bounds. */
  public enum Kind {
    /** No weights. */
    NONE,
    /** Truncated importance sampling: clamped to the bounds. */
    TIS,
    /** Zero outside the bounds. */
    ICEPOP
  }

  /** No correction. */
  public static final RolloutCorrection NONE = new RolloutCorrection(Kind.NONE, 0.5, 5);

  /** Checks the bounds. */
  public RolloutCorrection {
    checkArgument(low >= 0, "low is %s: it must be at least 0", low);
    checkArgument(high > low, "high is %s: it must be above low (%s)", high, low);
  }
}
