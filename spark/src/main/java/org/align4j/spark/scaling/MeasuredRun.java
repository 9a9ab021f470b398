package org.align4j.spark.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.align4j.core.file.JsonFiles;
import org.align4j.spark.scaling.ScalingModel.Parts;

/**
 * Updates of one run on so many executors over links of one rate.
 *
 * @param rows of its metrics
 */
record MeasuredRun(int executors, double linkBits, ImmutableList<JsonNode> rows) {

  /** Lines {@code from} to {@code to} of a file of metrics, the first is 1. */
  static MeasuredRun read(int executors, double linkBits, Path metrics, int from, int to)
      throws IOException {
    List<String> lines = Files.readAllLines(metrics);
    checkArgument(
        from >= 1 && from <= to && to <= lines.size(),
        "%s has %s lines: lines %s to %s are wanted",
        metrics,
        lines.size(),
        from,
        to);
    ImmutableList.Builder<JsonNode> rows = ImmutableList.builder();
    for (String line : lines.subList(from - 1, to)) {
      rows.add(JsonFiles.mapper().readTree(line));
    }
    return new MeasuredRun(executors, linkBits, rows.build());
  }

  /** Mean of a metric over all updates. */
  double mean(String name) {
    return rows.stream().mapToDouble(row -> row.path(name).asDouble()).average().orElseThrow();
  }

  /** The update of the median time: other work on the machine slows single ones. */
  private JsonNode usual() {
    return rows.stream()
        .sorted(Comparator.comparingDouble(row -> row.path("time/total").asDouble()))
        .toList()
        .get((rows.size() - 1) / 2);
  }

  /** Of the executors of an update, by the names of {@code docs/cluster.md}. */
  private static double[] of(JsonNode row, String name) {
    List<Double> values = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      if (field.getKey().startsWith("executor/") && field.getKey().endsWith("/" + name)) {
        values.add(field.getValue().asDouble());
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double slowest(JsonNode row, String name) {
    return DoubleStream.of(of(row, name)).max().orElse(0);
  }

  private static double mean(JsonNode row, String name) {
    return DoubleStream.of(of(row, name)).average().orElse(0);
  }

  /** Bytes that an executor sent in an update. */
  double sentBytes() {
    return rows.stream().mapToDouble(row -> mean(row, "sent_bytes")).average().orElseThrow();
  }

  /**
   * Of the update of the median time. A stage takes as long as its slowest executor; what nobody of
   * them does is the stages'.
   */
  Parts parts() {
    JsonNode row = usual();
    double sampling = slowest(row, "sample_seconds");
    double scoring = slowest(row, "score_seconds");
    double learning = slowest(row, "learn_seconds");
    double exchange = mean(row, "exchange_seconds");
    double step = mean(row, "step_seconds");
    double gradients = mean(row, "learn_seconds") - mean(row, "wait_seconds") - exchange - step;
    return new Parts(
        sampling,
        scoring,
        gradients,
        learning - gradients - exchange - step,
        exchange,
        step,
        row.path("time/total").asDouble() - sampling - scoring - learning);
  }
}
