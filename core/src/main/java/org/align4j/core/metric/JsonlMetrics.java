package org.align4j.core.metric;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.file.FileException;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a step: {@code {"step":1,"train/reward":0.5}}. NaN and infinities become null.
 */
public final class JsonlMetrics implements MetricSink {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final BufferedWriter writer;

  private JsonlMetrics(Path file, BufferedWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /** A new file; an existing one is not overwritten. */
  public static JsonlMetrics create(Path file) {
    return open(file, StandardOpenOption.CREATE_NEW);
  }

  /** Goes on at the end of a file: for a resumed run. */
  public static JsonlMetrics append(Path file) {
    return open(file, StandardOpenOption.APPEND);
  }

  private static JsonlMetrics open(Path file, StandardOpenOption how) {
    try {
      return new JsonlMetrics(
          file,
          Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.WRITE, how));
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  @Override
  public void record(long step, Map<String, Double> values) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("step", step);
    values.forEach((name, value) -> row.put(name, Double.isFinite(value) ? value : null));
    try {
      writer.write(MAPPER.writeValueAsString(row));
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }
}
