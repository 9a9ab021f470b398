package org.align4j.bench.reproduce.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;

/** PageNumbers as a page and a document show them. */
final class PageNumbers {

  private static final int DIGITS = 3;
  private static final int STORED_DIGITS = 6;

  private PageNumbers() {}

  /** Three digits, in plain notation. */
  static String text(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
    if (rounded.scale() < 0) {
      rounded = rounded.setScale(0, RoundingMode.HALF_EVEN);
    }
    return rounded.stripTrailingZeros().toPlainString().replace('-', '−');
  }

  /** A value with its interval. */
  static String text(Interval interval) {
    return interval.isKnown()
        ? text(interval.value()) + " [" + text(interval.low()) + ", " + text(interval.high()) + "]"
        : text(interval.value());
  }

  /** Six digits: what a chart needs. */
  static double stored(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value)
            .round(new MathContext(STORED_DIGITS, RoundingMode.HALF_EVEN))
            .doubleValue()
        : value;
  }
}
