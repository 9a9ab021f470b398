package org.align4j.algorithms.train.evaluation;

/**
 * A share or mean with its 95 % confidence interval.
 *
 * @param value the estimate
 */
public record Interval(double value, double low, double high) {

  private static final double Z = 1.959963984540054;

  /** Wilson's score interval of a share. */
  public static Interval ofShare(long right, long total) {
    double n = Math.max(1, total);
    double p = right / n;
    double centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    return new Interval(p, Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /** Normal interval of the mean of values, one for each problem. */
  public static Interval ofMean(double[] values) {
    double n = values.length;
    double mean = 0;
    for (double value : values) {
      mean += value / n;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double half = n < 2 ? 0 : Z * Math.sqrt(squares / (n - 1) / n);
    return new Interval(mean, mean - half, mean + half);
  }
}
