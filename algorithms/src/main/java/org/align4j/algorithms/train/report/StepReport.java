package org.align4j.algorithms.train.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;

/**
 * What one step (one rollout batch) did.
 *
 * @param update number of the step, from 1
 * @param metrics by name: train/reward, train/kl, …; without times, so that equal seeds give equal
 *     rows
 * @param phases time and tokens of each phase
 * @param samples the responses with their scores, prompt by prompt
 * @param traces tokens of those that were learnt from, in the same order
 */
public record StepReport(
    long update,
    ImmutableMap<String, Double> metrics,
    PhaseTotals phases,
    ImmutableList<ScoredSample> samples,
    ImmutableList<SampleTrace> traces) {

  /**
   * What differs between equal runs: tokens, wall and CPU seconds of each phase, as {@code
   * tokens/generate}, {@code time/generate}, {@code cpu/generate}.
   */
  public ImmutableMap<String, Double> times() {
    ImmutableMap.Builder<String, Double> row = ImmutableMap.builder();
    for (Phase phase : Phase.values()) {
      row.put(phase.metric("tokens"), (double) phases.tokens(phase));
      row.put(phase.metric("time"), phases.seconds(phase));
      row.put(phase.metric("cpu"), phases.cpuSeconds(phase));
    }
    return row.put("time/total", phases.totalSeconds())
        .put("cpu/total", phases.totalCpuSeconds())
        .buildOrThrow();
  }
}
