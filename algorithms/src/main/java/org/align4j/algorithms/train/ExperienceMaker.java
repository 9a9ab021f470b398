package org.align4j.algorithms.train;

import java.util.function.Function;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.engine.Network;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scores rollouts with the reference and the critic: rollouts become an experience. */
final class ExperienceMaker {

  private final Function<PackedSequences, float[][]> reference;
  private final @Nullable Network critic;
  private final @Nullable RewardNormalizer normalizer;
  private final RlSettings settings;

  ExperienceMaker(
      Function<PackedSequences, float[][]> reference,
      @Nullable Network critic,
      @Nullable RewardNormalizer normalizer,
      RlSettings settings) {
    this.reference = reference;
    this.critic = critic;
    this.normalizer = normalizer;
    this.settings = settings;
  }

  Experience make(Rollouts rollouts, PhaseClock clock) {
    clock.enter(Phase.REFERENCE);
    PackedSequences packed =
        PackedSequences.ofResponses(
            rollouts.sequences(),
            settings.update().microBatchTokens(),
            (float) settings.rollout().temperature());
    long tokens = packed.batches().stream().mapToLong(b -> b.batch().tokens().length).sum();
    float[][] refLogProbs = reference.apply(packed);
    clock.tokens(tokens);

    float[][] values = null;
    if (critic != null) {
      clock.enter(Phase.CRITIC);
      values = packed.zeros();
      for (MicroBatch batch : packed.batches()) {
        batch.scatter(critic.score(batch.batch()).outputs(), values);
      }
      clock.tokens(tokens);
    }

    clock.enter(Phase.ADVANTAGE);
    int columns = rollouts.columns();
    double[] scores = rollouts.scores();
    double[] rewards = normalizer == null ? scores : normalizer.normalize(scores);
    double[] greedy = rollouts.greedyScores();
    INDArray logProbs = Columns.of(rollouts.logProbs(), columns);
    Experience experience =
        Experience.of(
            Columns.of(Columns.mask(rollouts.sequences(), columns), columns),
            logProbs,
            Columns.of(refLogProbs, columns),
            Columns.vector(rewards),
            Groups.of(rollouts.groups()));
    return experience
        .withValues(values == null ? null : Columns.of(values, columns))
        .withGreedyRewards(greedy == null ? null : Columns.vector(greedy));
  }
}
