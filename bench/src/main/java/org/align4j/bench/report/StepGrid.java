package org.align4j.bench.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Collection;

/**
 * The steps at which the page draws: all of them, or, where there are too many, buckets of equal
 * count with two positions each. There a curve keeps its smallest and largest value in their order,
 * so that no spike is lost, and all curves share their positions.
 */
final class StepGrid {

  private final long[] steps;
  private final int buckets;

  private StepGrid(long[] steps, int buckets) {
    this.steps = steps;
    this.buckets = buckets;
  }

  /**
   * Over the steps of all tables.
   *
   * @param limit most positions, at least 2
   */
  static StepGrid over(Collection<MetricTable> tables, int limit) {
    checkArgument(limit >= 2, "limit is %s: two positions are the least", limit);
    long[] steps =
        tables.stream()
            .flatMapToLong(table -> Arrays.stream(table.steps()))
            .sorted()
            .distinct()
            .toArray();
    return new StepGrid(steps, steps.length <= limit ? 0 : limit / 2);
  }

  /** All steps, ascending. */
  long[] steps() {
    return steps.clone();
  }

  /** Whether steps share positions. */
  boolean bucketed() {
    return buckets > 0;
  }

  /** The step at each position; of a bucket its first and its last. */
  long[] positions() {
    if (!bucketed()) {
      return steps();
    }
    long[] positions = new long[2 * buckets];
    for (int b = 0; b < buckets; b++) {
      positions[2 * b] = steps[start(b)];
      positions[2 * b + 1] = steps[start(b + 1) - 1];
    }
    return positions;
  }

  /** A metric of a run at every step, NaN where it has none. */
  double[] aligned(MetricTable table, String metric) {
    double[] values = table.values(metric);
    long[] own = table.steps();
    double[] aligned = new double[steps.length];
    Arrays.fill(aligned, Double.NaN);
    for (int i = 0; i < own.length; i++) {
      aligned[Arrays.binarySearch(steps, own[i])] = values[i];
    }
    return aligned;
  }

  /** A value a step becomes a value a position: of a bucket the extremes in their order. */
  double[] thinned(double[] aligned) {
    return thinned(aligned, Keep.BOTH);
  }

  /** The lower edge of a band: of a bucket the smallest value, twice. */
  double[] lowest(double[] aligned) {
    return thinned(aligned, Keep.SMALLEST);
  }

  /** The upper edge of a band: of a bucket the largest value, twice. */
  double[] largest(double[] aligned) {
    return thinned(aligned, Keep.LARGEST);
  }

  private enum Keep {
    BOTH,
    SMALLEST,
    LARGEST
  }

  private double[] thinned(double[] aligned, Keep keep) {
    if (!bucketed()) {
      return aligned;
    }
    double[] thinned = new double[2 * buckets];
    for (int b = 0; b < buckets; b++) {
      int smallest = -1;
      int largest = -1;
      for (int i = start(b); i < start(b + 1); i++) {
        if (Double.isFinite(aligned[i])) {
          smallest = smallest < 0 || aligned[i] < aligned[smallest] ? i : smallest;
          largest = largest < 0 || aligned[i] > aligned[largest] ? i : largest;
        }
      }
      int first = keep == Keep.BOTH ? Math.min(smallest, largest) : smallest;
      int second = keep == Keep.BOTH ? Math.max(smallest, largest) : smallest;
      if (keep == Keep.LARGEST) {
        first = largest;
        second = largest;
      }
      thinned[2 * b] = first < 0 ? Double.NaN : aligned[first];
      thinned[2 * b + 1] = second < 0 ? Double.NaN : aligned[second];
    }
    return thinned;
  }

  private int start(int bucket) {
    return (int) ((long) bucket * steps.length / buckets);
  }
}
