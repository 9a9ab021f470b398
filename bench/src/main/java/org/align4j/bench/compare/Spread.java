package org.align4j.bench.compare;

import com.google.common.math.Stats;
import java.util.Collection;
import java.util.Locale;

/**
 * A mean over seeds and its spread.
 *
 * @param mean arithmetic mean
 * @param deviation sample standard deviation (ddof 1); 0 for one value
 * @param count number of values
 */
public record Spread(double mean, double deviation, long count) {

  /** Of at least one value. */
  public static Spread of(Collection<Double> values) {
    Stats stats = Stats.of(values);
    return new Spread(
        stats.mean(), stats.count() > 1 ? stats.sampleStandardDeviation() : 0, stats.count());
  }

  /** {@code 1.23}, or {@code 1.23 ± 0.04} over several seeds. */
  public String format(int decimals) {
    String number = "%." + decimals + "f";
    return count > 1
        ? String.format(Locale.ROOT, number + " ± " + number, mean, deviation)
        : String.format(Locale.ROOT, number, mean);
  }
}
