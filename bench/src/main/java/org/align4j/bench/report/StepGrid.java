package org.align4j.bench.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Collection;
import org.align4j.bench.report.folder.MetricTable;

/**
 * The steps at which the page draws: all of them, or, where there are too many, buckets of equal
 * count with two positions each, which all curves share. There a run keeps its smallest and largest
 * value in their order, so that no spike is lost; a mean over runs becomes the bucket's mean.
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
    if (!bucketed()) {
      return aligned;
    }
    double[] thinned = new double[2 * buckets];
    Arrays.fill(thinned, Double.NaN);
    for (int b = 0; b < buckets; b++) {
      int smallest = -1;
      int largest = -1;
      for (int i = start(b); i < start(b + 1); i++) {
        if (Double.isFinite(aligned[i])) {
          smallest = smallest < 0 || aligned[i] < aligned[smallest] ? i : smallest;
          largest = largest < 0 || aligned[i] > aligned[largest] ? i : largest;
        }
      }
      if (smallest >= 0) {
        thinned[2 * b] = aligned[Math.min(smallest, largest)];
        thinned[2 * b + 1] = aligned[Math.max(smallest, largest)];
      }
    }
    return thinned;
  }

  /** A value a step becomes a value a position: of a bucket the mean, twice. */
  double[] averaged(double[] aligned) {
    if (!bucketed()) {
      return aligned;
    }
    double[] averaged = new double[2 * buckets];
    for (int b = 0; b < buckets; b++) {
      double mean =
          Arrays.stream(aligned, start(b), start(b + 1))
              .filter(Double::isFinite)
              .average()
              .orElse(Double.NaN);
      averaged[2 * b] = mean;
      averaged[2 * b + 1] = mean;
    }
    return averaged;
  }

  private int start(int bucket) {
    return (int) ((long) bucket * steps.length / buckets);
  }
}
