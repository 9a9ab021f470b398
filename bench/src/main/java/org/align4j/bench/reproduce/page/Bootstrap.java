package org.align4j.bench.reproduce.page;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.align4j.core.random.CounterRandom;

/**
 * Percentile bootstrap over seeds (Efron 1979): values are drawn with replacement, always the same
 * draws, so that a page built again is the same.
 */
final class Bootstrap {

  /** Draws of an interval that decides. */
  static final int RESAMPLES = 10_000;

  /** Draws of a band in a chart. */
  private static final int BAND_RESAMPLES = 1000;

  private static final long DRAWS = CounterRandom.stream("bootstrap over seeds");
  private static final double TAIL = 0.025;

  private Bootstrap() {}

  /**
   * A value and its 95 % interval.
   *
   * @param low NaN where there are fewer than two seeds
   * @param high likewise
   */
  record Interval(double value, double low, double high, int seeds) {

    boolean isKnown() {
      return seeds > 1;
    }
  }

  /** The mean over seeds. */
  static Interval mean(double[] values) {
    return of(values.length, draw -> mean(values, draw), RESAMPLES);
  }

  /** The same for a band of a chart, with fewer draws. */
  static Interval band(double[] values) {
    return of(values.length, draw -> mean(values, draw), BAND_RESAMPLES);
  }

  /** The ratio of two sums over seeds, drawn together. */
  static Interval ratio(double[] above, double[] below) {
    checkArgument(
        above.length == below.length,
        "%s values above and %s below: they are paired by seed",
        above.length,
        below.length);
    return of(above.length, draw -> mean(above, draw) / mean(below, draw), RESAMPLES);
  }

  private static double mean(double[] values, int[] draw) {
    double sum = 0;
    for (int i : draw) {
      sum += values[i];
    }
    return sum / draw.length;
  }

  private static Interval of(int seeds, ToDoubleFunction<int[]> statistic, int resamples) {
    checkArgument(seeds > 0, "there is no seed");
    int[] draw = new int[seeds];
    Arrays.setAll(draw, i -> i);
    double value = statistic.applyAsDouble(draw);
    if (seeds < 2) {
      return new Interval(value, Double.NaN, Double.NaN, seeds);
    }
    double[] drawn = new double[resamples];
    for (int b = 0; b < resamples; b++) {
      for (int i = 0; i < seeds; i++) {
        draw[i] = (int) (CounterRandom.uniform(DRAWS, b, i) * seeds);
      }
      drawn[b] = statistic.applyAsDouble(draw);
    }
    Arrays.sort(drawn);
    int tail = (int) (TAIL * resamples);
    return new Interval(value, drawn[tail], drawn[resamples - 1 - tail], seeds);
  }
}
