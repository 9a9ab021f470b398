package org.align4j.core.metric;

import java.util.List;
import java.util.Map;

/**
 * Takes the metrics of a run, one row a step. Names are as in the paper's figures: {@code
 * train/reward}.
 */
public interface MetricSink extends AutoCloseable {

  /** A sink that forgets. */
  MetricSink NONE = (step, values) -> {};

  /**
   * Takes one row.
   *
   * @param step number of the update, from 1
   * @param values by name, in order; a value may be NaN or infinite
   */
  void record(long step, Map<String, Double> values);

  /** Brings all rows to the disk. */
  default void force() {}

  /** Writes what is buffered. */
  @Override
  default void close() {}

  /** A sink that hands each row to all the others, in order. */
  static MetricSink all(List<MetricSink> sinks) {
    return new MetricSink() {
      @Override
      public void record(long step, Map<String, Double> values) {
        sinks.forEach(sink -> sink.record(step, values));
      }

      @Override
      public void force() {
        sinks.forEach(MetricSink::force);
      }

      @Override
      public void close() {
        sinks.forEach(MetricSink::close);
      }
    };
  }
}
