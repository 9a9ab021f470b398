package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.bench.report.folder.MetricTable;
import org.align4j.bench.report.folder.RunGroup;
import org.jspecify.annotations.Nullable;

/**
 * The reward against what it cost: the KL of a step, {@code train/kl × train/response_length} in
 * nats a response, and its sum over the steps. A sum that would fall (the k1 estimate may be below
 * 0) stays.
 *
 * @param cumulated reward by KL consumed so far
 * @param perStep reward by KL of the step, a cloud of points a group
 */
record RewardAgainstKl(Cumulated cumulated, List<Cloud> perStep) {

  /**
   * @param x KL consumed, nats a response
   * @param runs reward of each run there, null for a run without
   * @param groups a band a group of several runs, else null
   */
  record Cumulated(Curve x, List<@Nullable Curve> runs, List<Panel.@Nullable BandView> groups) {}

  /** Points in no order. */
  record Cloud(Curve x, Curve y) {}

  private static final int POSITIONS = 200;
  private static final int POINTS = 1500;

  /** A run's steps that have reward, KL and length. */
  private record Path(double[] kl, double[] consumed, double[] reward) {

    static Path of(MetricTable table) {
      double[] kl = table.values(Metric.KL.label());
      double[] length = table.values(Metric.RESPONSE_LENGTH.label());
      double[] reward = table.values(Metric.REWARD.label());
      int[] rows =
          java.util.stream.IntStream.range(0, table.size())
              .filter(i -> Double.isFinite(kl[i] * length[i]) && Double.isFinite(reward[i]))
              .toArray();
      double[] steps = Arrays.stream(rows).mapToDouble(i -> kl[i] * length[i]).toArray();
      double[] consumed = new double[rows.length];
      double sum = 0;
      double most = 0;
      for (int i = 0; i < rows.length; i++) {
        sum += steps[i];
        most = Math.max(most, sum);
        consumed[i] = most;
      }
      return new Path(steps, consumed, Arrays.stream(rows).mapToDouble(i -> reward[i]).toArray());
    }

    double end() {
      return consumed.length == 0 ? 0 : consumed[consumed.length - 1];
    }

    /** The reward once this much was consumed, between steps on a straight line; NaN beyond. */
    double rewardAt(double consumption) {
      int after = 0;
      while (after < consumed.length && consumed[after] < consumption) {
        after++;
      }
      if (after == consumed.length) {
        return Double.NaN;
      }
      if (after == 0) {
        return reward[0];
      }
      double share = (consumption - consumed[after - 1]) / (consumed[after] - consumed[after - 1]);
      return reward[after - 1] + share * (reward[after] - reward[after - 1]);
    }
  }

  static RewardAgainstKl of(List<RunGroup> groups) {
    List<List<Path>> paths =
        groups.stream()
            .map(group -> group.runs().stream().map(run -> Path.of(run.metrics())).toList())
            .toList();
    double end = paths.stream().flatMap(List::stream).mapToDouble(Path::end).max().orElse(0);
    double[] x = new double[end > 0 ? POSITIONS + 1 : 0];
    Arrays.setAll(x, i -> i == POSITIONS ? end : end * i / POSITIONS);
    List<@Nullable Curve> runs = new ArrayList<>();
    List<Panel.@Nullable BandView> bands = new ArrayList<>();
    for (List<Path> group : paths) {
      List<double[]> curves = new ArrayList<>();
      for (Path path : group) {
        double[] rewards = Arrays.stream(x).map(path::rewardAt).toArray();
        Curve curve = new Curve(rewards);
        runs.add(curve.hasValues() ? curve : null);
        if (curve.hasValues()) {
          curves.add(rewards);
        }
      }
      bands.add(curves.size() < 2 ? null : band(curves));
    }
    long all = paths.stream().mapToLong(List::size).sum();
    int pointsEach = (int) Math.max(10, POINTS / Math.max(1, all));
    return new RewardAgainstKl(
        new Cumulated(new Curve(x), runs, bands),
        paths.stream().map(group -> cloud(group, pointsEach)).toList());
  }

  private static Panel.BandView band(List<double[]> curves) {
    Curve.Band band = Curve.Band.of(curves);
    double[] mean = band.mean();
    // A mean over the runs that are left would jump where one ends.
    Arrays.setAll(
        mean,
        i -> curves.stream().allMatch(curve -> Double.isFinite(curve[i])) ? mean[i] : Double.NaN);
    Arrays.setAll(band.low(), i -> Double.isNaN(mean[i]) ? Double.NaN : band.low()[i]);
    Arrays.setAll(band.high(), i -> Double.isNaN(mean[i]) ? Double.NaN : band.high()[i]);
    return new Panel.BandView(new Curve(mean), new Curve(band.low()), new Curve(band.high()));
  }

  private static Cloud cloud(List<Path> group, int pointsEach) {
    ImmutableList.Builder<Double> x = ImmutableList.builder();
    ImmutableList.Builder<Double> y = ImmutableList.builder();
    for (Path path : group) {
      int stride = Math.max(1, (path.kl().length + pointsEach - 1) / pointsEach);
      for (int i = 0; i < path.kl().length; i += stride) {
        x.add(path.kl()[i]);
        y.add(path.reward()[i]);
      }
    }
    return new Cloud(curve(x.build()), curve(y.build()));
  }

  private static Curve curve(List<Double> values) {
    return new Curve(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
