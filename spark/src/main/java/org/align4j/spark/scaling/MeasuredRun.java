package org.align4j.spark.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
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

  /** Mean of a metric. */
  double mean(String name) {
    return mean(row -> row.path(name).asDouble());
  }

  private double mean(ToDoubleFunction<JsonNode> value) {
    return rows.stream().mapToDouble(value).average().orElseThrow();
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

  private double slowest(String name) {
    return mean(row -> DoubleStream.of(of(row, name)).max().orElse(0));
  }

  /** Mean over updates and executors. */
  double usual(String name) {
    return mean(row -> DoubleStream.of(of(row, name)).average().orElse(0));
  }

  /** A stage takes as long as its slowest executor; what nobody of them does is the stages'. */
  Parts parts() {
    double sampling = slowest("sample_seconds");
    double scoring = slowest("score_seconds");
    double learning = slowest("learn_seconds");
    double exchange = usual("exchange_seconds");
    double step = usual("step_seconds");
    double gradients = usual("learn_seconds") - usual("wait_seconds") - exchange - step;
    return new Parts(
        sampling,
        scoring,
        gradients,
        learning - gradients - exchange - step,
        exchange,
        step,
        mean("time/total") - sampling - scoring - learning);
  }
}
