package org.align4j.bench.report.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The metrics of a run by step, ascending; NaN where a step has no value. */
public final class MetricTable {

  private final Map<String, double[]> columns = new LinkedHashMap<>();
  private long[] steps = new long[64];
  private int size;
  private int badLines;

  private MetricTable() {}

  /** Reads {@code metrics.jsonl}; a file that is not there has no steps. */
  public static MetricTable read(Path file) {
    MetricTable table = new MetricTable();
    table.badLines = LenientLines.read(file, table::add);
    return table;
  }

  private void add(JsonNode line) {
    JsonNode step = line.get("step");
    if (step == null || !step.isNumber()) {
      return;
    }
    int row = rowOf(step.asLong());
    line.properties()
        .forEach(field -> {
          if (field.getValue().isNumber() && !field.getKey().equals("step")) {
            column(field.getKey())[row] = field.getValue().asDouble();
          }
        });
  }

  /** A new row; what a resumed run wrote before it stopped, beyond this step, is forgotten. */
  private int rowOf(long step) {
    while (size > 0 && steps[size - 1] >= step) {
      size--;
      columns.values().forEach(column -> column[size] = Double.NaN);
    }
    if (size == steps.length) {
      steps = Arrays.copyOf(steps, 2 * size);
      columns.replaceAll((name, column) -> grown(column, 2 * size));
    }
    steps[size] = step;
    return size++;
  }

  private double[] column(String name) {
    return columns.computeIfAbsent(name, added -> grown(new double[0], steps.length));
  }

  private static double[] grown(double[] column, int length) {
    double[] copy = Arrays.copyOf(column, length);
    Arrays.fill(copy, column.length, length, Double.NaN);
    return copy;
  }

  public int size() {
    return size;
  }

  /** Lines that could not be read. */
  int badLines() {
    return badLines;
  }

  /** The steps, ascending. */
  public long[] steps() {
    return Arrays.copyOf(steps, size);
  }

  /** The last step; 0 without one. */
  public long lastStep() {
    return size == 0 ? 0 : steps[size - 1];
  }

  /** Names in the order they first came. */
  public ImmutableSet<String> names() {
    return ImmutableSet.copyOf(columns.keySet());
  }

  /** A value a step, NaN where there is none. */
  public double[] values(String name) {
    double[] column = columns.get(name);
    return column == null ? grown(new double[0], size) : Arrays.copyOf(column, size);
  }

  /** Mean of the values that are there, over the last {@code rows} steps; NaN if none is. */
  public double mean(String name, int rows) {
    double[] values = values(name);
    return Arrays.stream(values, Math.max(0, size - rows), size)
        .filter(Double::isFinite)
        .average()
        .orElse(Double.NaN);
  }

  /** Sum of the values that are there; NaN if none is. */
  public double sum(String name) {
    double[] values = Arrays.stream(values(name)).filter(Double::isFinite).toArray();
    return values.length == 0 ? Double.NaN : Arrays.stream(values).sum();
  }
}
