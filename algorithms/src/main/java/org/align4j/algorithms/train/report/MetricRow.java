package org.align4j.algorithms.train.report;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects the metrics of one step: single values, means over mini-batches, sums. */
public final class MetricRow {

  private final Map<String, Double> sums = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();

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
