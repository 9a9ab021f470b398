package org.align4j.algorithms.loss;

/**
 * The policy objective as formulas over scalars, written from the papers and the peers'
 * descriptions. {@code frozen} stands for the log-probs wherever a stop-gradient is, so that finite
 * differences by {@code logProbs} see what autodiff sees.
 */
final class ScalarObjective {

  /** What the test varies. */
  record Options(
      String loss,
      String convention,
      double clipLow,
      double clipHigh,
      double dualClip,
      String aggregation,
      double length,
      double beta,
      String kl,
      String correction,
      double isLow,
      double isHigh,
      double entropyCoefficient) {}

  final double[][] old;
  final double[][] advantages;
  final double[][] mask;
  final double[][] rollout;
  final double[][] ref;
  final double[][] entropy;
  private final Options o;

  ScalarObjective(
      double[][] old,
      double[][] advantages,
      double[][] mask,
      double[][] rollout,
      double[][] ref,
      double[][] entropy,
      Options options) {
    this.old = old;
    this.advantages = advantages;
    this.mask = mask;
    this.rollout = rollout;
    this.ref = ref;
    this.entropy = entropy;
    this.o = options;
  }

  double loss(double[][] logProbs, double[][] frozen) {
    int rows = mask.length;
    double filled = 0;
    double tokens = 0;
    for (double[] row : mask) {
      filled += length(row) > 0 ? 1 : 0;
      tokens += length(row);
    }
    double counted = o.convention.equals("trl") ? rows : filled;
    String aggregation =
        o.loss.equals("gspo") && (o.convention.equals("paper") || o.convention.equals("openrlhf"))
            ? "seq-mean-token-mean"
            : o.aggregation;
    double total = 0;
    for (int i = 0; i < rows; i++) {
      for (int t = 0; t < mask[i].length; t++) {
        if (mask[i][t] == 0) {
          continue;
        }
        double share =
            switch (aggregation) {
              case "token-mean" -> 1 / tokens;
              case "seq-mean-token-mean" -> 1 / (length(mask[i]) * counted);
              case "seq-mean-token-sum" -> 1 / counted;
              case "seq-mean-token-sum-norm" -> 1 / (counted * o.length);
              case "token-sum-over-length" -> 1 / o.length;
              default -> 1 / (rows * o.length);
            };
        double token = weight(i, t, frozen) * surrogate(i, t, logProbs, frozen);
        if (o.beta > 0) {
          token += o.beta * kl(logProbs[i][t] - ref[i][t], frozen[i][t] - ref[i][t]);
        }
        token -= o.entropyCoefficient * entropy[i][t];
        total += share * token;
      }
    }
    return total;
  }

  private static double length(double[] row) {
    double length = 0;
    for (double m : row) {
      length += m;
    }
    return length;
  }

  /** What the token's loss is multiplied by: 0 where a gate leaves it out. */
  double weight(int i, int t, double[][] frozen) {
    double w = Math.exp(old[i][t] - rollout[i][t]);
    return switch (o.correction) {
      case "flash" -> binaryKl(i) <= o.isLow / 5 ? w : 0;
      case "limit" -> advantages[i][t] < 0 && distance(i, frozen) > o.isLow ? 0 : w;
      case "tis" -> Math.min(o.isHigh, Math.max(o.isLow, w));
      case "icepop" -> w >= o.isLow && w <= o.isHigh ? w : 0;
      default -> 1;
    };
  }

  /** Mean over the sequence of the KL of two events, each of probability 1e-6 at least. */
  private double binaryKl(int i) {
    double total = 0;
    for (int t = 0; t < mask[i].length; t++) {
      double p = Math.max(1e-6, Math.min(1 - 1e-6, Math.exp(rollout[i][t])));
      double q = Math.max(1e-6, Math.min(1 - 1e-6, Math.exp(old[i][t])));
      total += mask[i][t] * (p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)));
    }
    return total / length(mask[i]);
  }

  private double distance(int i, double[][] frozen) {
    double total = 0;
    for (int t = 0; t < mask[i].length; t++) {
      total += mask[i][t] * (rollout[i][t] - frozen[i][t]);
    }
    return total / length(mask[i]);
  }

  private double kl(double d, double frozen) {
    return switch (o.kl) {
      case "k1" -> d;
      case "k2" -> d * d / 2;
      case "k3" -> Math.exp(-d) - 1 + d;
      case "abs" -> Math.abs(d);
      // Value of k1 or k3 where nothing is frozen apart, gradient of k2.
      case "k1+" -> frozen + d * d / 2 - frozen * frozen / 2;
      default -> Math.exp(-frozen) - 1 + frozen + d * d / 2 - frozen * frozen / 2;
    };
  }

  double ratio(int i, int t, double[][] logProbs, double[][] frozen) {
    if (o.loss.equals("gspo")) {
      double mean = 0;
      boolean stops = o.convention.equals("verl");
      for (int s = 0; s < mask[i].length; s++) {
        mean += mask[i][s] * ((stops ? frozen[i][s] : logProbs[i][s]) - old[i][s]);
      }
      mean /= length(mask[i]);
      if (stops) {
        return Math.exp(Math.min(10, logProbs[i][t] - frozen[i][t] + mean));
      }
      return Math.exp(mean);
    }
    double d = logProbs[i][t] - old[i][t];
    boolean held = o.convention.equals("openrlhf") || o.convention.equals("verl");
    return Math.exp(held ? Math.max(-20, Math.min(20, d)) : d);
  }

  private double surrogate(int i, int t, double[][] logProbs, double[][] frozen) {
    double a = advantages[i][t];
    if (o.loss.equals("reinforce")) {
      return -a * logProbs[i][t];
    }
    if (o.loss.equals("cispo")) {
      double rho = ratio(i, t, frozen, frozen);
      double held =
          o.convention.equals("trl")
              ? Math.min(o.clipHigh, rho)
              : Math.max(1 - o.clipLow, Math.min(1 + o.clipHigh, rho));
      return -held * a * logProbs[i][t];
    }
    double rho = ratio(i, t, logProbs, frozen);
    double held = Math.max(1 - o.clipLow, Math.min(1 + o.clipHigh, rho));
    double objective = Math.min(rho * a, held * a);
    boolean dual = !(o.loss.equals("gspo") && o.convention.equals("verl"));
    if (a < 0 && dual && o.dualClip < Double.POSITIVE_INFINITY) {
      objective = Math.max(objective, o.dualClip * a);
    }
    return -objective;
  }

  boolean clipped(int i, int t, double[][] logProbs) {
    double a = advantages[i][t];
    double rho = ratio(i, t, logProbs, logProbs);
    return switch (o.loss) {
      case "reinforce" -> false;
      case "cispo" ->
          o.convention.equals("trl")
              ? rho > o.clipHigh
              : rho < 1 - o.clipLow || rho > 1 + o.clipHigh;
      default -> Math.max(1 - o.clipLow, Math.min(1 + o.clipHigh, rho)) * a < rho * a;
    };
  }
}
