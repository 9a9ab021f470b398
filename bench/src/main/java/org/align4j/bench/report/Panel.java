package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import org.align4j.bench.report.folder.ReportedRun;
import org.align4j.bench.report.folder.RunGroup;
import org.jspecify.annotations.Nullable;

/**
 * One metric of all runs.
 *
 * @param metric its name
 * @param text what the page says about it
 * @param paper whether the paper's figures have it
 * @param runs a curve a run, null where a run has no value
 * @param groups a band a group, null where a group has no value, or its single run's curve says all
 */
record Panel(
    String metric,
    MetricText text,
    boolean paper,
    List<@Nullable Curve> runs,
    List<@Nullable BandView> groups) {

  /** A band as the page's JSON has it; a single run has no edges. */
  record BandView(Curve mean, @Nullable Curve low, @Nullable Curve high) {}

  /** Times and tokens of phases are shown as bars. */
  private static final ImmutableList<String> NOT_PANELS =
      ImmutableList.of("time/", "cpu/", "tokens/", "executor/");

  /** The paper's metrics first, then the others of this version, then what else was written. */
  static ImmutableList<String> metrics(List<ReportedRun> runs) {
    ImmutableSet.Builder<String> written = ImmutableSet.builder();
    runs.forEach(run -> written.addAll(run.metrics().names()));
    ImmutableSet<String> names = written.build();
    ImmutableSet.Builder<String> ordered = ImmutableSet.builder();
    ordered.addAll(MetricText.PAPER);
    MetricText.known().stream().filter(names::contains).forEach(ordered::add);
    names.stream()
        .filter(name -> NOT_PANELS.stream().noneMatch(name::startsWith))
        .sorted()
        .forEach(ordered::add);
    return ordered.build().asList();
  }

  static Panel of(String metric, List<RunGroup> groups, StepGrid grid) {
    List<@Nullable Curve> curves = new ArrayList<>();
    List<@Nullable BandView> bands = new ArrayList<>();
    for (RunGroup group : groups) {
      List<double[]> aligned = new ArrayList<>();
      for (ReportedRun run : group.runs()) {
        double[] values = grid.aligned(run.metrics(), metric);
        Curve curve = new Curve(grid.thinned(values));
        curves.add(curve.hasValues() ? curve : null);
        if (curve.hasValues()) {
          aligned.add(values);
        }
      }
      bands.add(band(aligned, grid));
    }
    return new Panel(
        metric, MetricText.of(metric), MetricText.PAPER.contains(metric), curves, bands);
  }

  private static @Nullable BandView band(List<double[]> aligned, StepGrid grid) {
    if (aligned.size() >= 2) {
      Curve.Band band = Curve.Band.of(aligned);
      return new BandView(
          new Curve(grid.averaged(band.mean())),
          new Curve(grid.averaged(band.low())),
          new Curve(grid.averaged(band.high())));
    }
    return aligned.size() == 1 && grid.bucketed()
        ? new BandView(new Curve(grid.averaged(aligned.get(0))), null, null)
        : null;
  }
}
