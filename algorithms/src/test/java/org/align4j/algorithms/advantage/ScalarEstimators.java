package org.align4j.algorithms.advantage;

import java.util.ArrayList;
import java.util.List;

/**
 * The estimators as formulas over scalars, token by token, written from the papers and the peers'
 * descriptions and not from the code under test: no matrices, no shared helpers of the library, the
 * conventions spelled out as numbers.
 */
final class ScalarEstimators {

  /** What the test varies. */
  record Options(
      String convention,
      double gamma,
      double lambda,
      double beta,
      String kl,
      double clipLow,
      double clipHigh) {}

  final double[][] advantages;
  final double[][] returns;
  final double[] shaped;
  private final Rollouts r;
  private final Options o;
  private final double[][] kl;

  ScalarEstimators(String name, Rollouts rollouts, Options options) {
    r = rollouts;
    o = options;
    advantages = new double[r.b][r.t];
    returns = new double[r.b][r.t];
    shaped = new double[r.b];
    kl = new double[r.b][r.t];
    for (int i = 0; i < r.b; i++) {
      for (int t = 0; t < r.t; t++) {
        kl[i][t] = r.mask[i][t] == 1 ? kl(r.old[i][t] - r.ref[i][t]) : 0;
      }
    }
    boolean sums = o.convention.equals("verl") || o.convention.equals("trl");
    switch (name) {
      case "reinforce", "reinforce++" -> byToken(clipped(r.rewards), o.gamma);
      case "remax" -> {
        byToken(clipped(r.rewards), 1);
        double[] greedy = clipped(r.greedy);
        each((i, t) -> advantages[i][t] = returns[i][t] - greedy[i]);
      }
      case "gae" -> generalised(clipped(r.rewards));
      case "gdpo" -> {
        double[] sum = new double[r.b];
        for (double[] component : r.components) {
          double[] z = baseline("grpo", sums ? clipped(component) : component);
          for (int i = 0; i < r.b; i++) {
            sum[i] += (component == r.components[0] ? 1 : -0.5) * z[i];
          }
        }
        if (sums) {
          for (int i = 0; i < r.b; i++) {
            for (int t = 0; t < r.t; t++) {
              sum[i] -= o.beta * kl[i][t];
            }
            shaped[i] = sum[i];
          }
          each((i, t) -> advantages[i][t] = returns[i][t] = sum[i]);
        } else {
          byToken(clipped(sum), 1);
        }
      }
      default -> {
        if (sums) {
          double[] scores = clipped(r.rewards);
          for (int i = 0; i < r.b; i++) {
            for (int t = 0; t < r.t; t++) {
              scores[i] -= o.beta * kl[i][t];
            }
            shaped[i] = scores[i];
          }
          double[] a = baseline(name, scores);
          each((i, t) -> advantages[i][t] = returns[i][t] = a[i]);
        } else {
          byToken(clipped(baseline(name, r.rewards)), 1);
        }
      }
    }
    whiten(name);
  }

  private interface Cell {
    void at(int i, int t);
  }

  private void each(Cell cell) {
    for (int i = 0; i < r.b; i++) {
      for (int t = 0; t < r.t; t++) {
        if (r.mask[i][t] == 1) {
          cell.at(i, t);
        }
      }
    }
  }

  private double kl(double d) {
    double bound = Double.POSITIVE_INFINITY;
    if (o.convention.equals("openrlhf")) {
      bound = 10;
    }
    if (o.convention.equals("verl") && o.kl.equals("k3")) {
      bound = 10;
      d = Math.max(-20, Math.min(20, d));
    }
    double value =
        switch (o.kl) {
          case "k1" -> d;
          case "k2" -> d * d / 2;
          case "k3" -> Math.exp(-d) - 1 + d;
          default -> Math.abs(d);
        };
    return Math.max(-bound, Math.min(bound, value));
  }

  private double[] clipped(double[] x) {
    double[] y = x.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.max(o.clipLow, Math.min(o.clipHigh, y[i]));
    }
    return y;
  }

  private double tokenReward(double[] scores, int i, int t) {
    return (t == r.lastToken(i) ? scores[i] : 0) - o.beta * kl[i][t];
  }

  /** Return by its definition: a double sum, each term with its own power of γ. */
  private void byToken(double[] scores, double gamma) {
    boolean everyColumn = o.convention.equals("openrlhf") || o.convention.equals("paper");
    each((i, t) -> {
      double total = 0;
      int counted = 0;
      for (int k = t; k < r.t; k++) {
        double reward = r.mask[i][k] == 1 ? tokenReward(scores, i, k) : 0;
        total += Math.pow(gamma, everyColumn ? k - t : counted) * reward;
        counted += r.mask[i][k] == 1 ? 1 : 0;
      }
      returns[i][t] = total;
      advantages[i][t] = total;
    });
    totals(scores);
  }

  private void totals(double[] scores) {
    for (int i = 0; i < r.b; i++) {
      shaped[i] = scores[i];
      for (int t = 0; t < r.t; t++) {
        shaped[i] -= o.beta * kl[i][t];
      }
    }
  }

  /** Σ_k (γλ)^k δ_{t+k} over the steps that the convention counts. */
  private void generalised(double[] scores) {
    boolean everyColumn = o.convention.equals("openrlhf") || o.convention.equals("paper");
    for (int i = 0; i < r.b; i++) {
      List<Integer> steps = new ArrayList<>();
      for (int t = 0; t < r.t; t++) {
        if (everyColumn || r.mask[i][t] == 1) {
          steps.add(t);
        }
      }
      for (int s = 0; s < steps.size(); s++) {
        double total = 0;
        for (int k = s; k < steps.size(); k++) {
          int t = steps.get(k);
          double value = r.mask[i][t] * r.values[i][t];
          double next = 0;
          if (k + 1 < steps.size()) {
            next = r.mask[i][steps.get(k + 1)] * r.values[i][steps.get(k + 1)];
          }
          double reward = r.mask[i][t] == 1 ? tokenReward(scores, i, t) : 0;
          total += Math.pow(o.gamma * o.lambda, k - s) * (reward + o.gamma * next - value);
        }
        int t = steps.get(s);
        if (r.mask[i][t] == 1) {
          advantages[i][t] = total;
          returns[i][t] = total + r.values[i][t];
        }
      }
    }
    totals(scores);
  }

  private double[] baseline(String name, double[] scores) {
    double[] a = new double[r.b];
    if (name.equals("batch-mean")) {
      double mean = java.util.Arrays.stream(scores).average().orElseThrow();
      for (int i = 0; i < r.b; i++) {
        a[i] = scores[i] - mean;
      }
      return a;
    }
    for (int i = 0; i < r.b; i++) {
      double n = 0;
      double sum = 0;
      double weighted = 0;
      double lengths = 0;
      for (int j = 0; j < r.b; j++) {
        if (r.group[j] == r.group[i]) {
          n++;
          sum += scores[j];
          weighted += r.length(j) * scores[j];
          lengths += r.length(j);
        }
      }
      boolean raw = o.convention.equals("verl");
      double nonZero = 0;
      for (double s : scores) {
        nonZero += s != 0 ? 1 : 0;
      }
      double alpha = r.b / Math.max(1, nonZero);
      if (n == 1) {
        a[i] = raw ? scores[i] : 0;
        if (name.equals("gpg")) {
          a[i] *= alpha;
        }
        if (name.equals("grpo")) {
          a[i] /= 1 + epsilon();
        }
        if (name.equals("maxrl")) {
          a[i] = 0;
        }
        continue;
      }
      double mean = sum / n;
      double squares = 0;
      for (int j = 0; j < r.b; j++) {
        squares += r.group[j] == r.group[i] ? (scores[j] - mean) * (scores[j] - mean) : 0;
      }
      a[i] =
          switch (name) {
            case "grpo" -> (scores[i] - mean) / (Math.sqrt(squares / (n - 1)) + epsilon());
            case "dr-grpo", "reinforce++-baseline" -> scores[i] - mean;
            case "rloo" -> scores[i] - (sum - scores[i]) / (n - 1);
            case "opo" -> scores[i] - weighted / lengths;
            case "gpg" -> alpha * (scores[i] - mean);
            case "maxrl" -> mean > 0 ? (scores[i] - mean) / mean : 0;
            default -> throw new IllegalArgumentException(name);
          };
    }
    return a;
  }

  private double epsilon() {
    return switch (o.convention) {
      case "verl" -> 1e-6;
      case "trl" -> 1e-4;
      default -> 1e-9;
    };
  }

  private void whiten(String name) {
    boolean whitened =
        name.equals("gae")
            || name.equals("reinforce++")
            || name.equals("reinforce++-baseline")
            || name.equals("gdpo")
            || (name.equals("rloo") && o.convention.equals("paper"));
    if (!whitened) {
      return;
    }
    boolean sequences =
        o.convention.equals("trl") && (name.equals("reinforce++-baseline") || name.equals("gdpo"));
    List<Double> pool = new ArrayList<>();
    if (sequences) {
      for (int i = 0; i < r.b; i++) {
        pool.add(advantages[i][r.lastToken(i)]);
      }
    } else {
      each((i, t) -> pool.add(advantages[i][t]));
    }
    double mean = pool.stream().mapToDouble(x -> x).average().orElseThrow();
    double squares = pool.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
    double scale =
        switch (o.convention) {
          case "paper", "openrlhf" -> 1 / Math.sqrt(Math.max(squares / pool.size(), 1e-8));
          case "verl" -> 1 / Math.sqrt(squares / (pool.size() - 1) + 1e-8);
          default ->
              sequences
                  ? 1 / (Math.sqrt(squares / (pool.size() - 1)) + 1e-4)
                  : 1 / Math.sqrt(squares / (pool.size() - 1) + 1e-8);
        };
    each((i, t) -> advantages[i][t] = (advantages[i][t] - mean) * scale);
  }
}
