package org.align4j.algorithms.train.experience;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Booleans;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.algorithms.train.report.SampleTrace;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.algorithms.train.rollout.PaddedArrays;
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
 * @param right whether each sample is right, {@code [B]}
 */
public record TrainingBatch(
    ImmutableList<TokenSequence> sequences,
    float[][] mask,
    float[][] oldLogProbs,
    float @Nullable [][] rolloutLogProbs,
    float[][] refLogProbs,
    float[][] advantages,
    float[][] returns,
    float @Nullable [][] oldValues,
    boolean[] right)
    implements Serializable {

  public int size() {
    return sequences.size();
  }

  /** What was computed of each sample's tokens. */
  public ImmutableList<SampleTrace> traces(List<ScoredSample> samples) {
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
  public TrainingBatch pick(int[] rows) {
    ImmutableList.Builder<TokenSequence> picked = ImmutableList.builder();
    for (int row : rows) {
      picked.add(sequences.get(row));
    }
    return new TrainingBatch(
        picked.build(),
        PaddedArrays.pick(mask, rows),
        PaddedArrays.pick(oldLogProbs, rows),
        rolloutLogProbs == null ? null : PaddedArrays.pick(rolloutLogProbs, rows),
        PaddedArrays.pick(refLogProbs, rows),
        PaddedArrays.pick(advantages, rows),
        PaddedArrays.pick(returns, rows),
        oldValues == null ? null : PaddedArrays.pick(oldValues, rows),
        Booleans.toArray(IntStream.of(rows).mapToObj(row -> right[row]).toList()));
  }

  /** The mask, but 0 in rows that are not right, {@code [B][T]}. */
  public float[][] rightMask() {
    float[][] rows = new float[size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = right[i] ? mask[i] : new float[mask[i].length];
    }
    return rows;
  }

  /** Response tokens of samples that are right. */
  public double rightTokens() {
    return IntStream.range(0, size())
        .filter(i -> right[i])
        .mapToDouble(i -> sequences.get(i).response().length)
        .sum();
  }

  /** Rows with an advantage other than 0. */
  public int[] activeRows() {
    return IntStream.range(0, size())
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
