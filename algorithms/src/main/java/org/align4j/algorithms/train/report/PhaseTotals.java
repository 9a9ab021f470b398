package org.align4j.algorithms.train.report;

import com.google.common.collect.ImmutableMap;

/**
 * Time and tokens of each phase, of one step or summed over many.
 *
 * @param seconds wall time of each phase
 * @param cpu CPU seconds of the process in each phase: a busy machine changes them less
 * @param tokens tokens sampled (generate), scored (reference, critic) or back-propagated (updates)
 */
public record PhaseTotals(
    ImmutableMap<Phase, Double> seconds,
    ImmutableMap<Phase, Double> cpu,
    ImmutableMap<Phase, Long> tokens) {

  /** Nothing yet. */
  public static final PhaseTotals ZERO =
      new PhaseTotals(ImmutableMap.of(), ImmutableMap.of(), ImmutableMap.of());

  /** Wall time of one phase; 0 where it did not happen. */
  public double seconds(Phase phase) {
    Double value = seconds.get(phase);
    return value == null ? 0 : value;
  }

  /** CPU seconds of one phase; 0 where it did not happen. */
  public double cpuSeconds(Phase phase) {
    Double value = cpu.get(phase);
    return value == null ? 0 : value;
  }

  /** Tokens of one phase; 0 where it did not happen. */
  public long tokens(Phase phase) {
    Long value = tokens.get(phase);
    return value == null ? 0 : value;
  }

  /** Sum over the phases. */
  public double totalSeconds() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** CPU seconds over the phases. */
  public double totalCpuSeconds() {
    return cpu.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Both together. */
  public PhaseTotals plus(PhaseTotals other) {
    var seconds = ImmutableMap.<Phase, Double>builder();
    var cpu = ImmutableMap.<Phase, Double>builder();
    var tokens = ImmutableMap.<Phase, Long>builder();
    for (Phase phase : Phase.values()) {
      seconds.put(phase, seconds(phase) + other.seconds(phase));
      cpu.put(phase, cpuSeconds(phase) + other.cpuSeconds(phase));
      tokens.put(phase, tokens(phase) + other.tokens(phase));
    }
    return new PhaseTotals(seconds.build(), cpu.build(), tokens.build());
  }
}
