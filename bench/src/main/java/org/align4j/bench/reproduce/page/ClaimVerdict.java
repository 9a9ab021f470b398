package org.align4j.bench.reproduce.page;

import java.util.Locale;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;

/** What the interval says of a claim. */
enum ClaimVerdict {
  REPRODUCED,
  NOT_REPRODUCED,
  NOT_DECIDABLE_HERE;

  /** In words. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** A difference is claimed: above 0. */
  static ClaimVerdict above(Interval interval, double zero) {
    if (!interval.isKnown()) {
      return NOT_DECIDABLE_HERE;
    }
    return interval.low() > zero
        ? REPRODUCED
        : interval.high() < zero ? NOT_REPRODUCED : NOT_DECIDABLE_HERE;
  }

  /** No difference is claimed: within the margin. */
  static ClaimVerdict within(Interval interval, double margin) {
    if (!interval.isKnown()) {
      return NOT_DECIDABLE_HERE;
    }
    if (interval.low() >= -margin && interval.high() <= margin) {
      return REPRODUCED;
    }
    return interval.low() > margin || interval.high() < -margin
        ? NOT_REPRODUCED
        : NOT_DECIDABLE_HERE;
  }
}
