package org.align4j.algorithms.run.log;

import com.google.common.collect.ImmutableMap;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.core.metric.JsonlMetrics;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.metric.StepLines;
import org.align4j.core.metric.TensorBoardEvents;
import org.jspecify.annotations.Nullable;

/** The files that a run appends to, step by step. */
public final class RunLogs implements AutoCloseable {

  private final MetricSink metrics;
  private final StepLines completions;
  private final StepLines events;

  private RunLogs(MetricSink metrics, StepLines completions, StepLines events) {
    this.metrics = metrics;
    this.completions = completions;
    this.events = events;
  }

  /**
   * Opens the files, cut back to what the run had written up to a step: 0 for a new run.
   *
   * @param step that the run goes on from
   */
  public static RunLogs open(RunFolder folder, long step, InstantSource clock) {
    StepLines.cutBack(folder.metrics(), step);
    StepLines.cutBack(folder.completions(), step);
    StepLines.cutBack(folder.events(), step);
    TensorBoardEvents.cutBack(folder.path(), step);
    return new RunLogs(
        MetricSink.all(
            List.of(
                JsonlMetrics.append(folder.metrics()),
                TensorBoardEvents.create(folder.path(), clock))),
        StepLines.append(folder.completions()),
        StepLines.append(folder.events()));
  }

  public void metrics(long step, Map<String, Double> row) {
    metrics.record(step, row);
  }

  public void completion(Map<String, @Nullable Object> row) {
    completions.write(row);
  }

  public void event(GuardEvent event) {
    events.write(
        ImmutableMap.of(
            "step", event.step(),
            "guard", event.guard(),
            "level", event.level(),
            "message", event.message()));
  }

  /** Brings everything to the disk: before a checkpoint that relies on it. */
  public void force() {
    metrics.force();
    completions.force();
    events.force();
  }

  @Override
  public void close() {
    metrics.close();
    completions.close();
    events.close();
  }
}
