package org.align4j.core.metric;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a step: {@code {"step":1,"train/reward":0.5}}. NaN and infinities become null.
 */
public final class JsonlMetrics implements MetricSink {

  private final StepLines lines;

  private JsonlMetrics(StepLines lines) {
    this.lines = lines;
  }

  /** A new file; an existing one is not overwritten. */
  public static JsonlMetrics create(Path file) {
    return new JsonlMetrics(StepLines.create(file));
  }

  /** Goes on at the end of a file: for a resumed run. */
  public static JsonlMetrics append(Path file) {
    return new JsonlMetrics(StepLines.append(file));
  }

  @Override
  public void record(long step, Map<String, Double> values) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("step", step);
    values.forEach((name, value) -> row.put(name, Double.isFinite(value) ? value : null));
    lines.write(row);
  }

  @Override
  public void force() {
    lines.force();
  }

  @Override
  public void close() {
    lines.close();
  }
}
