package org.align4j.algorithms.train.rollout;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.algorithms.reward.shaping.RewardPipeline.Judged;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * What the policy answered, B samples, those of one prompt side by side.
 *
 * @param sequences prompt and response ids {@code [B]}
 * @param logProbs of each response token at the time of sampling, {@code [B][length]}
 * @param samples texts and judgements {@code [B]}
 * @param groups number of each sample's prompt {@code [B]}
 * @param greedy the greedy response to each sample's prompt {@code [B]}, or null
 */
public record Rollouts(
    ImmutableList<TokenSequence> sequences,
    float[][] logProbs,
    ImmutableList<ScoredSample> samples,
    int[] groups,
    @Nullable ImmutableList<ScoredSample> greedy) {

  public int size() {
    return sequences.size();
  }

  /** PaddedArrays T: the longest response. */
  public int columns() {
    return sequences.stream().mapToInt(s -> s.response().length).max().orElse(0);
  }

  /** Samples as the rewards judged them. */
  public Judged judged() {
    return judged(samples);
  }

  /** The greedy responses likewise, or null. */
  public @Nullable Judged judgedGreedy() {
    return greedy == null ? null : judged(greedy);
  }

  private static Judged judged(List<ScoredSample> samples) {
    return new Judged(
        samples.stream().mapToDouble(s -> s.judgement().score()).toArray(),
        samples.stream().mapToDouble(ScoredSample::tokens).toArray(),
        samples.stream().mapToDouble(s -> s.completion().finished() ? 0 : 1).toArray());
  }

  /**
   * Only what could be scored: a sample that failed is left out, and so are all samples of a prompt
   * whose greedy response failed.
   */
  Rollouts withoutFailed() {
    int[] kept =
        IntStream.range(0, size())
            .filter(i -> !samples.get(i).judgement().isFailed())
            .filter(i -> greedy == null || !greedy.get(i).judgement().isFailed())
            .toArray();
    return kept.length == size() ? this : pick(kept);
  }

  /** Some of the samples, in this order. */
  public Rollouts pick(int[] rows) {
    return new Rollouts(
        pick(sequences, rows),
        PaddedArrays.pick(logProbs, rows),
        pick(samples, rows),
        Arrays.stream(rows).map(row -> groups[row]).toArray(),
        greedy == null ? null : pick(greedy, rows));
  }

  private static <T> ImmutableList<T> pick(List<T> all, int[] rows) {
    return Arrays.stream(rows).mapToObj(all::get).collect(ImmutableList.toImmutableList());
  }

  /** These, then others; groups of the others are numbered on. */
  Rollouts join(Rollouts others) {
    int groupsHere = Arrays.stream(groups).max().orElse(-1) + 1;
    return new Rollouts(
        concat(sequences, others.sequences),
        Stream.concat(Arrays.stream(logProbs), Arrays.stream(others.logProbs))
            .toArray(float[][]::new),
        concat(samples, others.samples),
        IntStream.concat(
                Arrays.stream(groups), Arrays.stream(others.groups).map(g -> g + groupsHere))
            .toArray(),
        greedy == null || others.greedy == null ? null : concat(greedy, others.greedy));
  }

  private static <T> ImmutableList<T> concat(List<T> first, List<T> second) {
    return ImmutableList.<T>builder().addAll(first).addAll(second).build();
  }

  /** Only the first groups, in order. */
  Rollouts firstGroups(int count) {
    int[] numbers = Arrays.stream(groups).distinct().limit(count).toArray();
    int last = numbers.length == 0 ? -1 : numbers[numbers.length - 1];
    return pick(IntStream.range(0, size()).filter(i -> groups[i] <= last).toArray());
  }

  /** Number of different groups. */
  public long groupCount() {
    return Arrays.stream(groups).distinct().count();
  }
}
