package org.align4j.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.log.MetricRows;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseTotals;

/**
 * What one algorithm did with one seed, as its folder has it.
 *
 * @param phases wall time, CPU time and tokens of all updates
 * @param before evaluation of the policy that it started from; empty for none
 * @param first row of the first update
 * @param last row of the last update, with the evaluation after it
 * @param peakBytes peak resident memory of the algorithm by itself; empty where it cannot be read
 */
public record RunResult(
    String algorithm,
    long seed,
    PhaseTotals phases,
    ImmutableMap<String, Double> before,
    ImmutableMap<String, Double> first,
    ImmutableMap<String, Double> last,
    OptionalLong peakBytes) {

  /** Field of {@code run.json}. */
  static final String PEAK = "peak_memory_bytes";

  /** Reads the folder of a run with at least one update. */
  public static RunResult read(RunFolder folder) {
    JsonNode run = folder.description();
    Map<Long, ImmutableMap<String, Double>> rows = new LinkedHashMap<>();
    MetricRows.read(folder.metrics(), (step, row) -> rows.put(step, ImmutableMap.copyOf(row)));
    ImmutableMap<String, Double> before = rows.remove(0L);
    ImmutableMap<String, Double> first = ImmutableMap.of();
    ImmutableMap<String, Double> last = ImmutableMap.of();
    PhaseTotals phases = PhaseTotals.ZERO;
    for (ImmutableMap<String, Double> row : rows.values()) {
      first = first.isEmpty() ? row : first;
      last = row;
      phases = phases.plus(phases(row));
    }
    return new RunResult(
        run.path("algorithm").asText(),
        run.path("seed").asLong(),
        phases,
        before == null ? ImmutableMap.of() : before,
        first,
        last,
        run.has(PEAK) ? OptionalLong.of(run.path(PEAK).asLong()) : OptionalLong.empty());
  }

  private static PhaseTotals phases(Map<String, Double> row) {
    Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
    Map<Phase, Double> cpu = new EnumMap<>(Phase.class);
    Map<Phase, Double> tokens = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      seconds.put(phase, row.getOrDefault(phase.metric("time"), 0.0));
      cpu.put(phase, row.getOrDefault(phase.metric("cpu"), 0.0));
      tokens.put(phase, row.getOrDefault(phase.metric("tokens"), 0.0));
    }
    return new PhaseTotals(
        ImmutableMap.copyOf(seconds),
        ImmutableMap.copyOf(cpu),
        ImmutableMap.copyOf(Maps.transformValues(tokens, Double::longValue)));
  }

  /** A metric of the first rollout batch; NaN where there is none. */
  public double first(Metric metric) {
    return first.getOrDefault(metric.label(), Double.NaN);
  }

  /** A metric of the last rollout batch; NaN where there is none. */
  public double last(Metric metric) {
    return last.getOrDefault(metric.label(), Double.NaN);
  }

  /** What an evaluation says of the policy before training. */
  public OptionalDouble before(String metric) {
    return value(before, metric);
  }

  /** What an evaluation says of the policy after training. */
  public OptionalDouble after(String metric) {
    return value(last, metric);
  }

  private static OptionalDouble value(ImmutableMap<String, Double> row, String metric) {
    Double value = row.get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Of wall or CPU seconds, those per 1,000 response tokens. */
  public double perThousandTokens(double seconds) {
    long tokens = phases.tokens(Phase.GENERATE);
    return tokens == 0 ? 0 : seconds * 1000 / tokens;
  }
}
