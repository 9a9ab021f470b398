package org.align4j.bench.report;

import com.fasterxml.jackson.annotation.JsonValue;
import com.google.common.math.Stats;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of a curve, one a position, as the page's JSON has them: null where there is none. */
final class Curve {

  private static final MathContext DIGITS = new MathContext(6);

  private final double[] values;

  Curve(double[] values) {
    this.values = values.clone();
  }

  /** Six significant digits: more than a screen can show, half of what a double prints. */
  @JsonValue
  @Nullable Number[] json() {
    return Arrays.stream(values).mapToObj(Curve::rounded).toArray(Number[]::new);
  }

  /** A number as the page has it; null for NaN and infinities. */
  static @Nullable Number rounded(double value) {
    if (!Double.isFinite(value)) {
      return null;
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return (long) value;
    }
    return BigDecimal.valueOf(value).round(DIGITS).doubleValue();
  }

  boolean hasValues() {
    return Arrays.stream(values).anyMatch(Double::isFinite);
  }

  /**
   * Mean of curves and one sample standard deviation (ddof 1) to each side.
   *
   * @param mean mean of the curves that have a value
   * @param low mean less deviation; NaN where fewer than two have a value
   * @param high mean plus deviation
   */
  record Band(double[] mean, double[] low, double[] high) {

    /** Over curves with the same positions. */
    static Band of(List<double[]> curves) {
      int length = curves.get(0).length;
      Band band = new Band(new double[length], new double[length], new double[length]);
      for (int i = 0; i < length; i++) {
        int at = i;
        double[] here =
            curves.stream().mapToDouble(curve -> curve[at]).filter(Double::isFinite).toArray();
        double mean = here.length == 0 ? Double.NaN : Stats.meanOf(here);
        double deviation = here.length < 2 ? Double.NaN : Stats.of(here).sampleStandardDeviation();
        band.mean()[i] = mean;
        band.low()[i] = mean - deviation;
        band.high()[i] = mean + deviation;
      }
      return band;
    }
  }
}
