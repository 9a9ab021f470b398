package org.align4j.algorithms.train.report;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects the metrics of one step: single values, means over mini-batches, sums. */
public final class MetricRow {

  private final Map<String, Double> sums = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();

  /** An empty row. */
  public MetricRow() {}

  /**
   * A row as it was.
   *
   * @param sums as {@link #sums} gave them
   * @param counts as {@link #counts} did
   */
  public MetricRow(Map<String, Double> sums, Map<String, Integer> counts) {
    this.sums.putAll(sums);
    this.counts.putAll(counts);
  }

  /** What was added up, by name. */
  public ImmutableMap<String, Double> sums() {
    return ImmutableMap.copyOf(sums);
  }

  /** What each sum is divided by. */
  public ImmutableMap<String, Integer> counts() {
    return ImmutableMap.copyOf(counts);
  }

  /** Whether there is a value of this metric. */
  public boolean has(Metric metric) {
    return sums.containsKey(metric.label());
  }

  /** Takes in a row of other metrics. */
  public void add(MetricRow other) {
    other.sums.forEach((name, sum) -> checkState(sums.put(name, sum) == null, "%s twice", name));
    counts.putAll(other.counts);
  }

  /** A value; several under one name are averaged. */
  public void mean(Metric metric, double value) {
    mean(metric.label(), value);
  }

  /** A value; several under one name are averaged. */
  public void mean(String name, double value) {
    sums.merge(name, value, Double::sum);
    counts.merge(name, 1, Integer::sum);
  }

  /** A value that is added up. */
  public void sum(Metric metric, double value) {
    sums.merge(metric.label(), value, Double::sum);
    counts.put(metric.label(), 1);
  }

  public ImmutableMap<String, Double> build() {
    ImmutableMap.Builder<String, Double> row = ImmutableMap.builder();
    sums.forEach((name, sum) -> row.put(name, sum / counts.getOrDefault(name, 1)));
    return row.buildOrThrow();
  }
}
