package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.train.Phase;
import org.align4j.algorithms.train.StepReport;

/** Seconds and tokens of each phase of a step: {@code time/generate}, {@code tokens/generate}. */
public final class StepTimes {

  private StepTimes() {}

  /** The times of a step, in the order of the phases. */
  public static ImmutableMap<String, Double> of(StepReport report) {
    ImmutableMap.Builder<String, Double> row = ImmutableMap.builder();
    for (Phase phase : Phase.values()) {
      String name = phase.label().replace(' ', '_');
      row.put("tokens/" + name, (double) report.phases().tokens(phase));
      row.put("time/" + name, report.phases().seconds(phase));
    }
    return row.put("time/total", report.phases().totalSeconds()).buildOrThrow();
  }
}
