package org.align4j.algorithms.loss;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The surrogates of late 2025 as formulas over scalars, written from the papers. {@code frozen}
 * stands for the log-probs wherever a stop-gradient is; tokens that a covariance picks are those of
 * the frozen log-probs.
 */
final class ScalarSurrogates {

  final double[][] old;
  final double[][] advantages;
  final double[][] mask;
  final double limit;
  final SurrogateOptions o;

  ScalarSurrogates(
      double[][] old,
      double[][] advantages,
      double[][] mask,
      double limit,
      SurrogateOptions options) {
    this.old = old;
    this.advantages = advantages;
    this.mask = mask;
    this.limit = limit;
    this.o = options;
  }

  private double held(double d) {
    return Math.max(-limit, Math.min(limit, d));
  }

  /** Loss of one token; of a whole sequence for GMPO. */
  double token(String loss, int i, int t, double[][] logProbs, double[][] frozen) {
    double a = advantages[i][t];
    double p = Math.exp(frozen[i][t]);
    double q = Math.exp(old[i][t]);
    double rho = Math.exp(logProbs[i][t] - old[i][t]);
    return switch (loss) {
      case "sapo" -> {
        double tau = a > 0 ? o.sapoPositive() : o.sapoNegative();
        double r = Math.exp(held(logProbs[i][t] - old[i][t]));
        yield -4 / tau / (1 + Math.exp(-tau * (r - 1))) * a;
      }
      case "dppo-tv", "dppo-kl" ->
          stopped(loss, a, p, q)
              ? 0
              : -a
                  * Math.min(o.dppoCap(), Math.exp(held(frozen[i][t] - old[i][t])))
                  * logProbs[i][t];
      case "gmpo" -> {
        double n = 0;
        double sum = 0;
        double mean = 0;
        for (int s = 0; s < mask[i].length; s++) {
          if (mask[i][s] == 1) {
            double sign = Math.signum(advantages[i][s]);
            double d = logProbs[i][s] - old[i][s];
            double clipped = Math.max(-o.gmpoLow(), Math.min(o.gmpoHigh(), d));
            n++;
            sum += sign * Math.min(sign * d, sign * clipped);
            mean += advantages[i][s];
          }
        }
        yield -mean / n * Math.exp(sum / n);
      }
      case "kl-cov" ->
          -a * rho
              + (picked(frozen).contains(i * 1000 + t)
                  ? o.covPenalty() * Math.abs(logProbs[i][t] - old[i][t])
                  : 0);
      default -> throw new IllegalArgumentException(loss);
    };
  }

  private boolean stopped(String loss, double a, double p, double q) {
    if (loss.equals("dppo-tv")) {
      return a > 0 ? p - q > o.dppoHigh() : p - q < -o.dppoLow();
    }
    double kl = q * Math.log(q / p) + (1 - q) * Math.log((1 - q + 1e-8) / (1 - p + 1e-8));
    return a > 0 ? kl > o.dppoHigh() && p > q : kl > o.dppoLow() && p < q;
  }

  boolean clipped(String loss, int i, int t, double[][] x) {
    double a = advantages[i][t];
    double d = x[i][t] - old[i][t];
    return switch (loss) {
      case "sapo" -> false;
      case "dppo-tv", "dppo-kl" -> stopped(loss, a, Math.exp(x[i][t]), Math.exp(old[i][t]));
      case "gmpo" -> a > 0 ? d > o.gmpoHigh() : a < 0 && d < -o.gmpoLow();
      default -> picked(x).contains(i * 1000 + t);
    };
  }

  /** (Â − mean Â)(log π − mean log π) of each response token. */
  double covariance(double[][] x, int i, int t) {
    double n = 0;
    double a = 0;
    double lp = 0;
    for (int k = 0; k < mask.length; k++) {
      for (int s = 0; s < mask[k].length; s++) {
        n += mask[k][s];
        a += mask[k][s] * advantages[k][s];
        lp += mask[k][s] * x[k][s];
      }
    }
    return (advantages[i][t] - a / n) * (x[i][t] - lp / n);
  }

  /** Tokens of the highest covariance, numbered 1000·row + column. */
  private List<Integer> picked(double[][] x) {
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < mask.length; i++) {
      for (int t = 0; t < mask[i].length; t++) {
        if (mask[i][t] == 1) {
          tokens.add(i * 1000 + t);
        }
      }
    }
    int count = Math.max(1, (int) (o.covShare() * tokens.size()));
    tokens.sort(Comparator.comparingDouble(k -> -covariance(x, k / 1000, k % 1000)));
    return tokens.subList(0, count);
  }
}
