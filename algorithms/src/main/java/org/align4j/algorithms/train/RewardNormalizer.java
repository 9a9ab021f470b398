package org.align4j.algorithms.train;

/**
 * Running z-score of rewards (paper, §3.4): mean and variance over all scores seen so far, the
 * batch at hand included. Welford's sums, so that the order of batches is all that counts.
 */
final class RewardNormalizer {

  private static final double LEAST_DEVIATION = 1e-8;

  private long count;
  private double mean;
  private double squares;

  /** The statistics, to save. */
  record State(long count, double mean, double squares) {}

  State state() {
    return new State(count, mean, squares);
  }

  void restore(State state) {
    count = state.count();
    mean = state.mean();
    squares = state.squares();
  }

  /** Takes in the scores and answers them normalised. */
  double[] normalize(double[] scores) {
    for (double score : scores) {
      count++;
      double delta = score - mean;
      mean += delta / count;
      squares += delta * (score - mean);
    }
    double deviation = Math.max(LEAST_DEVIATION, Math.sqrt(squares / Math.max(1, count - 1)));
    double[] normalized = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      normalized[i] = (scores[i] - mean) / deviation;
    }
    return normalized;
  }
}
