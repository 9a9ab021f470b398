package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import com.google.common.math.Stats;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.bench.report.folder.ReportedRun;
import org.align4j.bench.report.folder.RunGroup;
import org.jspecify.annotations.Nullable;

/**
 * The table at the top: a row a figure, a cell a group.
 *
 * @param rows figures
 */
record Overview(List<Row> rows) {

  /**
   * @param label what it is
   * @param unit unit, empty for none
   * @param cells a cell a group
   */
  record Row(String label, String unit, List<Cell> cells) {}

  /**
   * @param mean mean over the runs; null if none has it
   * @param deviation sample standard deviation (ddof 1); null for fewer than two runs
   */
  record Cell(@Nullable Number mean, @Nullable Number deviation) {}

  /** The end of a run is its last tenth: a single batch is noise. */
  private static int tenth(ReportedRun run) {
    return Math.max(1, run.metrics().size() / 10);
  }

  static Overview of(List<RunGroup> groups) {
    ImmutableList.Builder<Row> rows = ImmutableList.builder();
    rows.add(row("steps", "", groups, run -> run.metrics().lastStep()));
    rows.add(row("reward, first step", "score", groups, run -> first(run, Metric.REWARD)));
    rows.add(row("reward, last tenth", "score", groups, run -> end(run, Metric.REWARD)));
    rows.add(row("held-out accuracy, last", "", groups, Overview::accuracy));
    rows.add(row("KL, last tenth", "nats/token", groups, run -> end(run, Metric.KL)));
    rows.add(
        row(
            "response length, last tenth",
            "tokens",
            groups,
            run -> end(run, Metric.RESPONSE_LENGTH)));
    rows.add(row("wall time", "s", groups, run -> run.metrics().sum("time/total")));
    rows.add(row("wall time per 1,000 response tokens", "s", groups, Overview::perThousand));
    return new Overview(
        rows.build().stream()
            .filter(row -> row.cells().stream().anyMatch(cell -> cell.mean() != null))
            .toList());
  }

  private static Row row(
      String label, String unit, List<RunGroup> groups, ToDoubleFunction<ReportedRun> figure) {
    return new Row(label, unit, groups.stream().map(group -> cell(group, figure)).toList());
  }

  private static Cell cell(RunGroup group, ToDoubleFunction<ReportedRun> figure) {
    double[] values = group.runs().stream().mapToDouble(figure).filter(Double::isFinite).toArray();
    if (values.length == 0) {
      return new Cell(null, null);
    }
    return new Cell(
        Curve.rounded(Stats.meanOf(values)),
        values.length < 2 ? null : Curve.rounded(Stats.of(values).sampleStandardDeviation()));
  }

  private static double first(ReportedRun run, Metric metric) {
    double[] values = run.metrics().values(metric.label());
    return values.length == 0 ? Double.NaN : values[0];
  }

  private static double end(ReportedRun run, Metric metric) {
    return run.metrics().mean(metric.label(), tenth(run));
  }

  private static double accuracy(ReportedRun run) {
    double[] values = run.metrics().values("eval/accuracy");
    for (int i = values.length - 1; i >= 0; i--) {
      if (Double.isFinite(values[i])) {
        return values[i];
      }
    }
    return Double.NaN;
  }

  private static double perThousand(ReportedRun run) {
    return 1000 * run.metrics().sum("time/total") / run.metrics().sum("tokens/generate");
  }
}
