package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Metrics of the components of a batch of judgements. */
public final class RewardMetrics {

  private RewardMetrics() {}

  /** {@code score/NAME}: the mean score of each component over the responses that have it. */
  public static ImmutableMap<String, Double> of(List<Judgement> judgements) {
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Judgement judgement : judgements) {
      judgement
          .components()
          .forEach((name, score) -> {
            sums.merge("score/" + name, score, Double::sum);
            counts.merge("score/" + name, 1, Integer::sum);
          });
    }
    ImmutableMap.Builder<String, Double> means = ImmutableMap.builder();
    sums.forEach((name, sum) -> means.put(name, sum / counts.getOrDefault(name, 1)));
    return means.buildOrThrow();
  }
}
