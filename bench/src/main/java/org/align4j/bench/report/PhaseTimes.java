package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.math.Stats;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.bench.report.folder.ReportedRun;
import org.align4j.bench.report.folder.RunGroup;
import org.jspecify.annotations.Nullable;

/**
 * Seconds a step by phase, mean over steps and then over the runs of a group.
 *
 * @param phases names of the phases, in the order of a step
 * @param wall seconds on the clock, a group and then a phase
 * @param cpu seconds of processors, likewise; null where no run has them
 */
record PhaseTimes(List<String> phases, List<Curve> wall, @Nullable List<Curve> cpu) {

  private static final String TOTAL = "total";
  private static final String REST = "rest";

  static PhaseTimes of(List<RunGroup> groups) {
    ImmutableSet.Builder<String> written = ImmutableSet.builder();
    for (RunGroup group : groups) {
      for (ReportedRun run : group.runs()) {
        run.metrics().names().stream()
            .filter(name -> name.startsWith("time/") || name.startsWith("cpu/"))
            .map(name -> name.substring(name.indexOf('/') + 1))
            .filter(name -> !name.equals(TOTAL))
            .forEach(written::add);
      }
    }
    ImmutableSet<String> names = written.build();
    ImmutableSet.Builder<String> ordered = ImmutableSet.builder();
    Arrays.stream(Phase.values())
        .map(phase -> phase.label().toLowerCase(Locale.ROOT).replace(' ', '_'))
        .filter(names::contains)
        .forEach(ordered::add);
    ordered.addAll(names.stream().sorted().iterator());
    ImmutableList<String> phases = ordered.build().asList();
    boolean hasCpu =
        groups.stream()
            .flatMap(group -> group.runs().stream())
            .flatMap(run -> run.metrics().names().stream())
            .anyMatch(name -> name.startsWith("cpu/"));
    return new PhaseTimes(
        ImmutableList.<String>builder().addAll(phases).add(REST).build(),
        seconds(groups, phases, "time/"),
        hasCpu ? seconds(groups, phases, "cpu/") : null);
  }

  private static List<Curve> seconds(List<RunGroup> groups, List<String> phases, String prefix) {
    return groups.stream().map(group -> seconds(group, phases, prefix)).toList();
  }

  private static Curve seconds(RunGroup group, List<String> phases, String prefix) {
    double[] seconds = new double[phases.size() + 1];
    for (int i = 0; i < phases.size(); i++) {
      seconds[i] = mean(group, prefix + phases.get(i));
    }
    double named = Arrays.stream(seconds).filter(Double::isFinite).sum();
    double total = mean(group, prefix + TOTAL);
    seconds[phases.size()] = Double.isFinite(total) ? Math.max(0, total - named) : Double.NaN;
    return new Curve(seconds);
  }

  private static double mean(RunGroup group, String metric) {
    double[] means =
        group.runs().stream()
            .mapToDouble(run -> run.metrics().mean(metric, run.metrics().size()))
            .filter(Double::isFinite)
            .toArray();
    return means.length == 0 ? Double.NaN : Stats.meanOf(means);
  }
}
