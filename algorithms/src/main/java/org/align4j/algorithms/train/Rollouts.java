package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * What the policy answered, B samples, those of one prompt side by side.
 *
 * @param sequences prompt and response ids {@code [B]}
 * @param logProbs of each response token at the time of sampling, {@code [B][length]}
 * @param samples texts and scores {@code [B]}
 * @param groups number of each sample's prompt {@code [B]}
 * @param greedyScores score of the greedy response to each sample's prompt {@code [B]}, or null
 */
record Rollouts(
    ImmutableList<TokenSequence> sequences,
    float[][] logProbs,
    ImmutableList<ScoredSample> samples,
    int[] groups,
    double @Nullable [] greedyScores) {

  int size() {
    return sequences.size();
  }

  /** Columns T: the longest response. */
  int columns() {
    return sequences.stream().mapToInt(s -> s.response().length).max().orElse(0);
  }

  /** Raw scores {@code [B]}. */
  double[] scores() {
    return samples.stream().mapToDouble(s -> s.judgement().score()).toArray();
  }

  /** Only the groups whose scores differ; all others teach a group estimator nothing. */
  Rollouts withoutUniformGroups() {
    List<Integer> kept = new ArrayList<>();
    double[] scores = scores();
    for (int i = 0; i < size(); i++) {
      boolean differs = false;
      for (int j = 0; j < size(); j++) {
        differs |= groups[i] == groups[j] && scores[i] != scores[j];
      }
      if (differs) {
        kept.add(i);
      }
    }
    return pick(kept);
  }

  /** Only what has a score and, where its prompt has a greedy response, a greedy score. */
  Rollouts withoutFailed() {
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      boolean greedyFailed = greedyScores != null && Double.isNaN(greedyScores[i]);
      if (!greedyFailed && !samples.get(i).judgement().isFailed()) {
        kept.add(i);
      }
    }
    return kept.size() == size() ? this : pick(kept);
  }

  private Rollouts pick(List<Integer> kept) {
    int[] rows = kept.stream().mapToInt(Integer::intValue).toArray();
    int[] keptGroups = new int[rows.length];
    double[] keptGreedy = greedyScores == null ? null : new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      keptGroups[i] = groups[rows[i]];
      if (greedyScores != null && keptGreedy != null) {
        keptGreedy[i] = greedyScores[rows[i]];
      }
    }
    return new Rollouts(
        kept.stream().map(sequences::get).collect(ImmutableList.toImmutableList()),
        Columns.pick(logProbs, rows),
        kept.stream().map(samples::get).collect(ImmutableList.toImmutableList()),
        keptGroups,
        keptGreedy);
  }

  /** Number of different groups. */
  long groupCount() {
    return java.util.Arrays.stream(groups).distinct().count();
  }
}
