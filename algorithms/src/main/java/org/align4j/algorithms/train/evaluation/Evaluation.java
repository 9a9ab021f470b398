package org.align4j.algorithms.train.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.reward.math.MathVerifier;
import org.align4j.algorithms.train.report.ScoredSample;

/**
 * Responses to problems, scored.
 *
 * @param samplesPerPrompt responses to each problem, k
 * @param samples all of them, problem by problem
 * @param right whether each is right
 */
public record Evaluation(
    int samplesPerPrompt, ImmutableList<ScoredSample> samples, ImmutableList<Boolean> right) {

  public Evaluation {
    checkArgument(
        !samples.isEmpty() && samples.size() % samplesPerPrompt == 0,
        "%s samples are not %s for each problem",
        samples.size(),
        samplesPerPrompt);
  }

  /** Number of problems. */
  public int problems() {
    return samples.size() / samplesPerPrompt;
  }

  /** Share of problems solved, where there is one response to each: greedy accuracy. */
  public Interval accuracy() {
    return Interval.ofShare(right.stream().filter(r -> r).count(), samples.size());
  }

  /** mean@k: the mean over problems of the share of right responses. */
  public Interval meanAtK() {
    double[] shares = new double[problems()];
    for (int p = 0; p < shares.length; p++) {
      shares[p] = rightOf(p) / (double) samplesPerPrompt;
    }
    return Interval.ofMean(shares);
  }

  /**
   * Unbiased pass@k (Chen et al. 2021, eq. 1): {@code 1 − C(n−c, k)/C(n, k)} for c right of n.
   *
   * @param k at most the number of samples per problem
   */
  public Interval passAtK(int k) {
    checkArgument(
        k >= 1 && k <= samplesPerPrompt,
        "k is %s: it must be in [1, %s], the samples per problem",
        k,
        samplesPerPrompt);
    double[] passes = new double[problems()];
    for (int p = 0; p < passes.length; p++) {
      int wrong = samplesPerPrompt - rightOf(p);
      double allWrong = wrong < k ? 0 : 1;
      for (int i = wrong + 1; i <= samplesPerPrompt && allWrong > 0; i++) {
        allWrong *= 1 - k / (double) i;
      }
      passes[p] = 1 - allWrong;
    }
    return Interval.ofMean(passes);
  }

  /**
   * maj@k: share of problems whose most frequent final answer is right. Responses without an answer
   * have no vote; of answers equally frequent the earliest counts.
   */
  public Interval majorityAtK() {
    long solved = 0;
    for (int p = 0; p < problems(); p++) {
      Map<String, Integer> votes = new LinkedHashMap<>();
      Map<String, Boolean> correct = new LinkedHashMap<>();
      for (int i = p * samplesPerPrompt; i < (p + 1) * samplesPerPrompt; i++) {
        String answer = MathVerifier.extract(samples.get(i).completion().text());
        if (!answer.isEmpty()) {
          votes.merge(answer, 1, Integer::sum);
          correct.putIfAbsent(answer, right.get(i));
        }
      }
      int most = votes.values().stream().mapToInt(v -> v).max().orElse(0);
      boolean good =
          votes.entrySet().stream()
              .filter(e -> e.getValue() == most)
              .findFirst()
              .map(e -> correct.getOrDefault(e.getKey(), false))
              .orElse(false);
      solved += good ? 1 : 0;
    }
    return Interval.ofShare(solved, problems());
  }

  /** Mean raw score. */
  public double meanScore() {
    return samples.stream().mapToDouble(s -> s.judgement().score()).average().orElse(0);
  }

  /** Mean response tokens. */
  public double meanLength() {
    return samples.stream().mapToDouble(ScoredSample::tokens).average().orElse(0);
  }

  /** How often each verdict came up. */
  public ImmutableMap<String, Long> verdicts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    samples.forEach(s -> counts.merge(s.judgement().verdict(), 1L, Long::sum));
    return ImmutableMap.copyOf(counts);
  }

  private int rightOf(int problem) {
    int count = 0;
    for (int i = problem * samplesPerPrompt; i < (problem + 1) * samplesPerPrompt; i++) {
      count += right.get(i) ? 1 : 0;
    }
    return count;
  }
}
