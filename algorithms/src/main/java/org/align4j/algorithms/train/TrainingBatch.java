package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * What updates need of a rollout batch, {@code [B][T]} each, 0 where masked.
 *
 * @param sequences prompt and response ids {@code [B]}
 * @param mask 1 at response tokens
 * @param oldLogProbs of the policy before its update
 * @param rolloutLogProbs of the policy that sampled, or null where it is the same
 * @param refLogProbs of the reference
 * @param advantages Â
 * @param returns targets of the critic
 * @param oldValues of the critic at rollout time, or null
 */
record TrainingBatch(
    ImmutableList<TokenSequence> sequences,
    float[][] mask,
    float[][] oldLogProbs,
    float @Nullable [][] rolloutLogProbs,
    float[][] refLogProbs,
    float[][] advantages,
    float[][] returns,
    float @Nullable [][] oldValues) {

  int size() {
    return sequences.size();
  }

  /** What was computed of each sample's tokens. */
  ImmutableList<SampleTrace> traces(List<ScoredSample> samples) {
    ImmutableList.Builder<SampleTrace> traces = ImmutableList.builder();
    float[][] sampled = rolloutLogProbs == null ? oldLogProbs : rolloutLogProbs;
    for (int i = 0; i < samples.size(); i++) {
      int[] ids = sequences.get(i).response();
      traces.add(
          new SampleTrace(
              samples.get(i),
              ids,
              Arrays.copyOf(sampled[i], ids.length),
              Arrays.copyOf(refLogProbs[i], ids.length),
              Arrays.copyOf(advantages[i], ids.length)));
    }
    return traces.build();
  }

  /** Some of the samples: a mini-batch. */
  TrainingBatch pick(int[] rows) {
    ImmutableList.Builder<TokenSequence> picked = ImmutableList.builder();
    for (int row : rows) {
      picked.add(sequences.get(row));
    }
    return new TrainingBatch(
        picked.build(),
        Columns.pick(mask, rows),
        Columns.pick(oldLogProbs, rows),
        rolloutLogProbs == null ? null : Columns.pick(rolloutLogProbs, rows),
        Columns.pick(refLogProbs, rows),
        Columns.pick(advantages, rows),
        Columns.pick(returns, rows),
        oldValues == null ? null : Columns.pick(oldValues, rows));
  }

  /** Rows with an advantage other than 0. */
  int[] activeRows() {
    return java.util.stream.IntStream.range(0, size())
        .filter(i -> {
          for (float advantage : advantages[i]) {
            if (advantage != 0) {
              return true;
            }
          }
          return false;
        })
        .toArray();
  }
}
