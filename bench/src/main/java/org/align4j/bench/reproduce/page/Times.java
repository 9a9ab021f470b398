package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.function.Function;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/** Seconds by phase of the runs of a study. */
final class Times {

  /** Phases in the order of an update, as metrics name them. */
  static final ImmutableList<String> PHASES =
      ImmutableList.of(
          "generate", "reference", "critic", "advantage", "policy_update", "critic_update");

  private Times() {}

  /** All phases of a run together. */
  static double total(Map<String, Double> seconds) {
    return PHASES.stream().mapToDouble(phase -> seconds.getOrDefault(phase, 0.0)).sum();
  }

  /** Sum over the runs of a condition. */
  static double sum(
      StudyResult result,
      String condition,
      Function<RunRecord, ImmutableMap<String, Double>> kind,
      String phase) {
    return result.runsOf(condition).values().stream()
        .mapToDouble(run -> kind.apply(run).getOrDefault(phase, 0.0))
        .sum();
  }

  /** Ratio of the times of two conditions, paired by seed. */
  static Interval ratio(
      StudyResult result,
      String above,
      String below,
      Function<RunRecord, ImmutableMap<String, Double>> kind) {
    Map<Long, RunRecord> a = result.runsOf(above);
    Map<Long, RunRecord> b = result.runsOf(below);
    long[] seeds = a.keySet().stream().filter(b::containsKey).mapToLong(s -> s).toArray();
    if (seeds.length == 0) {
      return new Interval(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double[] x = new double[seeds.length];
    double[] y = new double[seeds.length];
    for (int i = 0; i < seeds.length; i++) {
      x[i] = total(kind.apply(a.get(seeds[i])));
      y[i] = total(kind.apply(b.get(seeds[i])));
    }
    return Bootstrap.ratio(x, y);
  }
}
