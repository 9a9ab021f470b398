package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;
import org.align4j.bench.reproduce.page.Page.Band;
import org.align4j.bench.reproduce.page.Page.Cloud;
import org.align4j.bench.reproduce.page.Page.Group;
import org.align4j.bench.reproduce.page.Page.Panel;
import org.align4j.bench.reproduce.page.Page.Points;
import org.align4j.bench.reproduce.page.Page.Run;
import org.align4j.bench.reproduce.study.Condition;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;
import org.jspecify.annotations.Nullable;

/** Charts of studies; keeps the groups and runs of the whole page. */
final class Charts {

  /** Points of a chart over KL, at most. */
  private static final int GRID = 60;

  private final List<Group> groups = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private final Map<String, Integer> places = new LinkedHashMap<>();

  /** One line of a chart: a condition's runs and their places on the page. */
  record Line(int group, Condition condition, ImmutableMap<Integer, RunRecord> runs) {}

  List<Group> groups() {
    return groups;
  }

  List<Run> runs() {
    return runs;
  }

  /** The lines of a study; a condition that is in several has one group. */
  ImmutableList<Line> lines(StudyResult result) {
    ImmutableList.Builder<Line> lines = ImmutableList.builder();
    for (Condition condition : result.conditions()) {
      lines.add(line(result, condition));
    }
    return lines.build();
  }

  /** One line. */
  Line line(StudyResult result, Condition condition) {
    int group =
        places.computeIfAbsent(
            condition.name(),
            name -> {
              groups.add(new Group(condition.label(), name));
              return groups.size() - 1;
            });
    ImmutableMap.Builder<Integer, RunRecord> own = ImmutableMap.builder();
    result
        .runsOf(condition.name())
        .forEach((seed, run) -> {
          own.put(runs.size(), run);
          runs.add(new Run(group, Long.toString(seed)));
        });
    return new Line(group, condition, own.buildOrThrow());
  }

  /** A metric over the updates. */
  static Panel overSteps(List<Line> lines, String metric, String unit, String what) {
    return overSteps(lines, metric, unit, what, run -> run.metric(metric));
  }

  /** A curve of each run over the updates. */
  static Panel overSteps(
      List<Line> lines,
      String name,
      String unit,
      String what,
      Function<RunRecord, double[]> curve) {
    int steps =
        lines.stream()
            .flatMap(line -> line.runs().values().stream())
            .mapToInt(run -> curve.apply(run).length)
            .max()
            .orElse(0);
    List<Double> x = new ArrayList<>();
    for (int i = 1; i <= steps; i++) {
      x.add((double) i);
    }
    return panel(lines, name, unit, what, "", x, curve);
  }

  /** Reward over the KL consumed, as far as all runs of a line go. */
  static Panel overKl(List<Line> lines, String what) {
    double end =
        lines.stream()
            .flatMap(line -> line.runs().values().stream())
            .mapToDouble(run -> end(RunStatistics.klConsumed(run)))
            .max()
            .orElse(1);
    List<Double> x = new ArrayList<>();
    double step = roundStep(end / GRID);
    for (int i = 0; i * step <= end; i++) {
      x.add(PageNumbers.stored(i * step));
    }
    return panel(
        lines,
        "Reward by KL consumed",
        "score",
        what,
        "KL consumed so far, nats a response",
        x,
        run -> atKl(run, x));
  }

  /** The next of 1, 2, 5, 10, …: positions that an axis can name. */
  private static double roundStep(double least) {
    double power = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(least)));
    for (int factor : new int[] {1, 2, 5}) {
      if (factor * power >= least) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static double end(double[] values) {
    return values[values.length - 1];
  }

  /** Reward at each KL, straight between updates; NaN beyond the last. */
  private static double[] atKl(RunRecord run, List<Double> x) {
    double[] kl = RunStatistics.klConsumed(run);
    double[] reward = run.metric("train/reward");
    double[] out = new double[x.size()];
    Arrays.fill(out, Double.NaN);
    int i = 0;
    for (int j = 0; j < out.length; j++) {
      double at = x.get(j);
      while (i < kl.length && kl[i] < at) {
        i++;
      }
      if (i == kl.length) {
        break;
      }
      double before = i == 0 ? 0 : kl[i - 1];
      double share = kl[i] > before && i > 0 ? (at - before) / (kl[i] - before) : 1;
      out[j] = (i == 0 ? reward[0] : reward[i - 1]) * (1 - share) + reward[i] * share;
    }
    return out;
  }

  private static Panel panel(
      List<Line> lines,
      String name,
      String unit,
      String what,
      String xLabel,
      List<Double> x,
      Function<RunRecord, double[]> curve) {
    Map<Integer, List<@Nullable Double>> all = new LinkedHashMap<>();
    Map<Integer, Band> bands = new LinkedHashMap<>();
    for (Line line : lines) {
      List<double[]> curves = new ArrayList<>();
      line.runs()
          .forEach((place, run) -> {
            double[] values = curve.apply(run);
            curves.add(values);
            all.put(place, stored(values));
          });
      if (!curves.isEmpty()) {
        bands.put(line.group(), band(curves, x.size()));
      }
    }
    return new Panel(name, unit, what, xLabel, x, all, bands);
  }

  private static List<@Nullable Double> stored(double[] values) {
    List<@Nullable Double> out = new ArrayList<>();
    for (double value : values) {
      out.add(Double.isFinite(value) ? PageNumbers.stored(value) : null);
    }
    return out;
  }

  private static Band band(List<double[]> curves, int size) {
    List<@Nullable Double> mean = new ArrayList<>();
    List<@Nullable Double> low = new ArrayList<>();
    List<@Nullable Double> high = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int at = i;
      double[] values =
          curves.stream()
              .mapToDouble(curve -> at < curve.length ? curve[at] : Double.NaN)
              .filter(Double::isFinite)
              .toArray();
      if (values.length < curves.size()) {
        List.of(mean, low, high).forEach(list -> list.add(null));
        continue;
      }
      Interval interval = Bootstrap.band(values);
      mean.add(PageNumbers.stored(interval.value()));
      low.add(interval.isKnown() ? PageNumbers.stored(interval.low()) : null);
      high.add(interval.isKnown() ? PageNumbers.stored(interval.high()) : null);
    }
    return new Band(
        Collections.unmodifiableList(mean),
        Collections.unmodifiableList(low),
        Collections.unmodifiableList(high));
  }

  /** Points of all updates of a line, one quantity against another. */
  static Cloud cloud(
      List<Line> lines,
      String name,
      String unit,
      String what,
      String xLabel,
      Function<RunRecord, double[]> x,
      Function<RunRecord, double[]> y) {
    Map<Integer, Points> points = new LinkedHashMap<>();
    for (Line line : lines) {
      List<Double> xs = new ArrayList<>();
      List<Double> ys = new ArrayList<>();
      for (RunRecord run : line.runs().values()) {
        Arrays.stream(x.apply(run)).map(PageNumbers::stored).forEach(xs::add);
        Arrays.stream(y.apply(run)).map(PageNumbers::stored).forEach(ys::add);
      }
      points.put(line.group(), new Points(xs, ys));
    }
    return new Cloud(name, unit, what, xLabel, points);
  }
}
