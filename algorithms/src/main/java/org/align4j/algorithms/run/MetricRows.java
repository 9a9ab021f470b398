package org.align4j.algorithms.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.file.JsonFiles;

/** Reads {@code metrics.jsonl} back, null as NaN. */
public final class MetricRows {

  private MetricRows() {}

  /** Takes one row. */
  @FunctionalInterface
  public interface Taker {
    void take(long step, Map<String, Double> row);
  }

  /** Hands over every row, in order. */
  public static void read(Path file, Taker taker) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      while (line != null) {
        JsonNode node = JsonFiles.mapper().readTree(line);
        Map<String, Double> row = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
          if (!entry.getKey().equals("step")) {
            JsonNode value = entry.getValue();
            row.put(entry.getKey(), value.isNull() ? Double.NaN : value.asDouble());
          }
        }
        taker.take(node.path("step").asLong(), row);
        line = reader.readLine();
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(file + ": a line is not JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
