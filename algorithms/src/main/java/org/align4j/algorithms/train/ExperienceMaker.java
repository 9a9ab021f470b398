package org.align4j.algorithms.train;

import java.util.List;
import java.util.function.Function;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.engine.Network;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * Rollouts become what is learnt from: scored by the reference and the critic, and by the policy
 * where another one sampled them, then estimated. What the arithmetic is made of goes into arrays
 * once and comes out once.
 */
final class ExperienceMaker {

  private final Function<PackedSequences, float[][]> reference;
  private final @Nullable Network critic;
  private final @Nullable Network policy;
  private final Recipe recipe;
  private final RlSettings settings;

  /**
   * A maker of experience.
   *
   * @param critic null where no algorithm needs it
   * @param policy scores the rollouts before their update; null where it is the one that sampled
   */
  ExperienceMaker(
      Function<PackedSequences, float[][]> reference,
      @Nullable Network critic,
      @Nullable Network policy,
      Recipe recipe,
      RlSettings settings) {
    this.reference = reference;
    this.critic = critic;
    this.policy = policy;
    this.recipe = recipe;
    this.settings = settings;
  }

  /**
   * What is learnt from.
   *
   * @param kl mean k1 KL to the reference per response token
   */
  record Estimated(TrainingBatch batch, double kl) {}

  /** Advantages and returns of rollouts, with β as it is now. */
  Estimated make(RewardStage.Shaped shaped, double beta, PhaseClock clock, MetricRow metrics) {
    List<TokenSequence> sequences = shaped.rollouts().sequences();
    clock.enter(Phase.REFERENCE);
    PackedSequences packed =
        PackedSequences.ofResponses(
            sequences,
            settings.update().microBatchTokens(),
            (float) settings.rollout().temperature());
    float[][] refLogProbs = reference.apply(packed);
    clock.tokens(TrainStep.computed(packed));
    float[][] oldLogProbs = null;
    if (policy != null) {
      oldLogProbs = SequenceScores.of(policy, packed).outputs();
      clock.tokens(TrainStep.computed(packed));
    }
    float[][] values = null;
    if (critic != null) {
      clock.enter(Phase.CRITIC);
      values = SequenceScores.of(critic, packed).outputs();
      clock.tokens(TrainStep.computed(packed));
    }
    clock.enter(Phase.ADVANTAGE);
    return estimate(shaped, oldLogProbs, refLogProbs, values, beta, metrics);
  }

  private Estimated estimate(
      RewardStage.Shaped shaped,
      float @Nullable [][] scored,
      float[][] refLogProbs,
      float @Nullable [][] values,
      double beta,
      MetricRow metrics) {
    Rollouts rollouts = shaped.rollouts();
    int columns = rollouts.columns();
    float[][] oldLogProbs = scored == null ? rollouts.logProbs() : scored;
    float[][] mask = Columns.mask(rollouts.sequences(), columns);
    try (ArrayScope scope = ArrayScope.open()) {
      double[] greedy = shaped.greedy();
      Experience experience =
          Experience.of(
                  Columns.of(mask, columns),
                  Columns.of(oldLogProbs, columns),
                  Columns.of(refLogProbs, columns),
                  Columns.vector(shaped.rewards()),
                  Groups.of(rollouts.groups()))
              .withValues(values == null ? null : Columns.of(values, columns))
              .withGreedyRewards(greedy == null ? null : Columns.vector(greedy));
      Advantages advantages = recipe.estimator().estimate(experience, recipe.advantage(beta));
      double kl = StepMetrics.ofAdvantages(experience, advantages, metrics);
      return new Estimated(
          new TrainingBatch(
              rollouts.sequences(),
              mask,
              oldLogProbs,
              scored == null ? null : rollouts.logProbs(),
              refLogProbs,
              Columns.rows(advantages.advantages()),
              Columns.rows(advantages.returns()),
              values),
          kl);
    }
  }
}
