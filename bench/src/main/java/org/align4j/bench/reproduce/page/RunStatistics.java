package org.align4j.bench.reproduce.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/** One number of a run, or of two runs with the same seed. */
final class RunStatistics {

  /** Updates at the end that are averaged. */
  static final int LAST = 10;

  /** Updates that a curve is averaged over before a level is looked for in it. */
  private static final int SMOOTH = 5;

  private RunStatistics() {}

  /** Mean over the last updates. */
  static double last(RunRecord run, String metric) {
    double[] values = run.metric(metric);
    return Arrays.stream(values, Math.max(0, values.length - LAST), values.length)
        .average()
        .orElseThrow();
  }

  /** Change from the first batch, which is sampled before any update, to the last ones. */
  static double gain(RunRecord run, String metric) {
    return last(run, metric) - run.metric(metric)[0];
  }

  /**
   * How much a curve moves from update to update once its trend is taken out: {@code √(½ mean
   * (x_t+1 − x_t)²)} (von Neumann 1941), the deviation around any slow trend.
   */
  static double jitter(double[] values) {
    double squares = 0;
    for (int i = 1; i < values.length; i++) {
      squares += (values[i] - values[i - 1]) * (values[i] - values[i - 1]);
    }
    return Math.sqrt(squares / (2 * (values.length - 1)));
  }

  /** Jitter of the reward. */
  static double rewardJitter(RunRecord run) {
    return jitter(run.metric("train/reward"));
  }

  /** Jitter of the logarithm of the gradient norm: its unit, which differs, drops out. */
  static double gradientJitter(RunRecord run) {
    return jitter(Arrays.stream(run.metric("train/gradient_norm")).map(StrictMath::log).toArray());
  }

  /** Jitter of the KL in the second half, relative to its mean there. */
  static double klJitter(RunRecord run) {
    double[] kl = run.metric("train/kl");
    double[] half = Arrays.copyOfRange(kl, kl.length / 2, kl.length);
    return jitter(half) / Arrays.stream(half).average().orElseThrow();
  }

  /** Tokens gained per unit of reward gained. */
  static double lengthPerReward(RunRecord run) {
    return gain(run, "train/response_length") / gain(run, "train/reward");
  }

  /** Nats of a response of each update. */
  static double[] klOfResponse(RunRecord run) {
    double[] kl = run.metric("train/kl");
    double[] length = run.metric("train/response_length");
    double[] product = new double[kl.length];
    Arrays.setAll(product, i -> kl[i] * length[i]);
    return product;
  }

  /** Nats consumed until and with each update; what would fall stays. */
  static double[] klConsumed(RunRecord run) {
    double[] consumed = klOfResponse(run);
    for (int i = 0; i < consumed.length; i++) {
      consumed[i] = Math.max(0, consumed[i]) + (i > 0 ? consumed[i - 1] : 0);
    }
    return consumed;
  }

  /** Reward gained for each nat that a response is away from the reference in the end. */
  static double rewardPerNat(RunRecord run) {
    double[] kl = klOfResponse(run);
    double last =
        Arrays.stream(kl, Math.max(0, kl.length - LAST), kl.length).average().orElseThrow();
    return gain(run, "train/reward") / last;
  }

  /** Means over windows of updates around each. */
  private static double[] smoothed(double[] values) {
    double[] out = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int from = Math.max(0, i - SMOOTH / 2);
      int to = Math.min(values.length, i + SMOOTH / 2 + 1);
      out[i] = Arrays.stream(values, from, to).average().orElseThrow();
    }
    return out;
  }

  /**
   * Difference of the lengths at which two runs first have the same reward: 90 % of the way from
   * the first batch to the smaller of their last rewards.
   */
  static double lengthAtEqualReward(RunRecord a, RunRecord b) {
    double start = a.metric("train/reward")[0];
    double end = Math.min(last(a, "train/reward"), last(b, "train/reward"));
    double level = start + 0.9 * (end - start);
    return lengthAt(a, level) - lengthAt(b, level);
  }

  private static double lengthAt(RunRecord run, double level) {
    double[] reward = smoothed(run.metric("train/reward"));
    double[] length = smoothed(run.metric("train/response_length"));
    for (int i = 0; i < reward.length; i++) {
      if (reward[i] >= level) {
        return length[i];
      }
    }
    return length[length.length - 1];
  }

  /** Difference of the mean rewards over the KL consumed, from 0 to the smaller of the ends. */
  static double rewardOverEqualKl(RunRecord a, RunRecord b) {
    double[] ka = klConsumed(a);
    double[] kb = klConsumed(b);
    double end = Math.min(ka[ka.length - 1], kb[kb.length - 1]);
    return meanOver(ka, a.metric("train/reward"), end)
        - meanOver(kb, b.metric("train/reward"), end);
  }

  /** Mean of a step function of x, from 0 to the end: y[i] holds from x[i−1] to x[i]. */
  private static double meanOver(double[] x, double[] y, double end) {
    double area = 0;
    double from = 0;
    for (int i = 0; i < x.length && from < end; i++) {
      double to = Math.min(x[i], end);
      area += (to - from) * y[i];
      from = to;
    }
    return area / end;
  }

  /** Differences of a statistic between two conditions, seed by seed. */
  static Interval difference(
      StudyResult result, String a, String b, ToDoubleFunction<RunRecord> statistic) {
    return difference(
        result.runsOf(a),
        result.runsOf(b),
        (x, y) -> statistic.applyAsDouble(x) - statistic.applyAsDouble(y));
  }

  /** The same of two runs at once. */
  static Interval difference(
      Map<Long, RunRecord> a,
      Map<Long, RunRecord> b,
      ToDoubleBiFunction<RunRecord, RunRecord> statistic) {
    List<Double> values = new ArrayList<>();
    a.forEach((seed, run) -> {
      RunRecord other = b.get(seed);
      if (other != null) {
        values.add(statistic.applyAsDouble(run, other));
      }
    });
    return values.isEmpty()
        ? new Interval(Double.NaN, Double.NaN, Double.NaN, 0)
        : Bootstrap.mean(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** A statistic's mean over the runs. */
  static Interval mean(Map<Long, RunRecord> runs, ToDoubleFunction<RunRecord> statistic) {
    return Bootstrap.mean(runs.values().stream().mapToDouble(statistic).toArray());
  }
}
