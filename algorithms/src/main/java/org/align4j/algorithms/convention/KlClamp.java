package org.align4j.algorithms.convention;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Bounds of a KL estimate; ∞ for none.
 *
 * @param logRatio the log-ratio is held within ± this
 * @param value the estimate is held within ± this
 */
public record KlClamp(double logRatio, double value) {

  /** No bounds. */
  public static final KlClamp NONE =
      new KlClamp(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Checks that bounds are above 0. */
  public KlClamp {
    checkArgument(logRatio > 0, "logRatio is %s: it must be above 0", logRatio);
    checkArgument(value > 0, "value is %s: it must be above 0", value);
  }
}
