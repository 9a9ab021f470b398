package org.align4j.algorithms.run.log;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.metric.StepLines;

/** Reads {@code metrics.jsonl} back, null as NaN. */
public final class MetricRows {

  private MetricRows() {}

  /** Takes one row. */
  @FunctionalInterface
  public interface Taker {
    void take(long step, Map<String, Double> row);
  }

  /** Hands over every row, in order; none where there is no such file. */
  public static void read(Path file, Taker taker) {
    StepLines.read(
        file,
        node -> {
          Map<String, Double> row = new LinkedHashMap<>();
          for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getKey().equals("step")) {
              JsonNode value = entry.getValue();
              row.put(entry.getKey(), value.isNull() ? Double.NaN : value.asDouble());
            }
          }
          taker.take(node.path("step").asLong(), row);
        });
  }
}
