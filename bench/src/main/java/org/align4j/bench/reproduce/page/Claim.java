package org.align4j.bench.reproduce.page;

import org.align4j.bench.reproduce.page.Bootstrap.Interval;

/**
 * Something that the paper says, and what was measured.
 *
 * @param text what is claimed
 * @param statistic whose interval decides
 * @param rule how it decides
 */
record Claim(String text, String statistic, String rule, Interval interval, ClaimVerdict verdict) {

  /** A difference above 0 is claimed. */
  static Claim above(String text, String statistic, Interval interval) {
    return new Claim(text, statistic, "above 0", interval, ClaimVerdict.above(interval, 0));
  }

  /** A difference that is above the margin below 0 is claimed: no worse. */
  static Claim noWorse(String text, String statistic, Interval interval, double margin) {
    return new Claim(
        text,
        statistic,
        "above −" + PageNumbers.text(margin),
        interval,
        ClaimVerdict.above(interval, -margin));
  }

  /** No difference beyond the margin is claimed. */
  static Claim within(String text, String statistic, Interval interval, double margin) {
    return new Claim(
        text,
        statistic,
        "within ±" + PageNumbers.text(margin),
        interval,
        ClaimVerdict.within(interval, margin));
  }
}
