package org.align4j.algorithms.train.experience;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableDoubleArray;
import java.util.List;
import java.util.function.Function;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.advantage.RewardParts;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.rollout.PaddedArrays;
import org.align4j.algorithms.train.rollout.Rollouts;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * Rollouts become what is learnt from: scored by the reference and the critic, and by the policy
 * where another one sampled them, then estimated. What the arithmetic is made of goes into arrays
 * once and comes out once.
 */
public final class ExperienceMaker {

  private final Function<PackedSequences, float[][]> reference;
  private final @Nullable Function<PackedSequences, float[][]> critic;
  private final @Nullable Function<PackedSequences, float[][]> policy;
  private final ResolvedAlgorithm resolved;
  private final RlSettings settings;
  private final Reward reward;

  /**
   * A maker of experience.
   *
   * @param critic null where no algorithm needs it
   * @param policy scores the rollouts before their update; null where it is the one that sampled
   */
  public ExperienceMaker(
      Function<PackedSequences, float[][]> reference,
      @Nullable Function<PackedSequences, float[][]> critic,
      @Nullable Function<PackedSequences, float[][]> policy,
      ResolvedAlgorithm resolved,
      RlSettings settings,
      Reward reward) {
    this.reference = reference;
    this.critic = critic;
    this.policy = policy;
    this.resolved = resolved;
    this.settings = settings;
    this.reward = reward;
  }

  /**
   * What is learnt from.
   *
   * @param kl mean k1 KL to the reference per response token
   */
  public record Estimated(TrainingBatch batch, double kl) {}

  /** Advantages and returns of rollouts, with β as it is now. */
  public Estimated make(
      RewardStage.Shaped shaped, double beta, PhaseClock clock, MetricRow metrics) {
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
      oldLogProbs = policy.apply(packed);
      clock.tokens(TrainStep.computed(packed));
    }
    float[][] values = null;
    if (critic != null) {
      clock.enter(Phase.CRITIC);
      values = critic.apply(packed);
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
    float[][] mask = PaddedArrays.mask(rollouts.sequences(), columns);
    try (ArrayScope _ = ArrayScope.open()) {
      double[] greedy = shaped.greedy();
      Experience experience =
          Experience.of(
                  PaddedArrays.of(mask, columns),
                  PaddedArrays.of(oldLogProbs, columns),
                  PaddedArrays.of(refLogProbs, columns),
                  PaddedArrays.vector(shaped.rewards()),
                  Groups.of(rollouts.groups()))
              .withValues(values == null ? null : PaddedArrays.of(values, columns))
              .withGreedyRewards(greedy == null ? null : PaddedArrays.vector(greedy))
              .withParts(resolved.estimator().needsParts() ? parts(rollouts) : null);
      Advantages advantages = resolved.estimator().estimate(experience, resolved.advantage(beta));
      double kl = StepMetrics.ofAdvantages(experience, advantages, metrics);
      return new Estimated(
          new TrainingBatch(
              rollouts.sequences(),
              mask,
              oldLogProbs,
              scored == null ? null : rollouts.logProbs(),
              refLogProbs,
              PaddedArrays.rows(advantages.advantages()),
              PaddedArrays.rows(advantages.returns()),
              values,
              right(rollouts)),
          kl);
    }
  }

  /** The single rewards of a sum, or null where there is but one. */
  private @Nullable RewardParts parts(Rollouts rollouts) {
    ImmutableMap<String, Double> weights = reward.weights();
    if (weights.isEmpty()) {
      return null;
    }
    float[][] scores = new float[weights.size()][rollouts.size()];
    List<String> names = weights.keySet().asList();
    for (int k = 0; k < scores.length; k++) {
      for (int i = 0; i < rollouts.size(); i++) {
        Judgement judgement = rollouts.samples().get(i).judgement();
        Double score = judgement.components().get(names.get(k));
        scores[k][i] =
            checkNotNull(
                    score,
                    "reward %s has no component %s, which its weights name: it has %s",
                    reward.name(),
                    names.get(k),
                    judgement.components().keySet())
                .floatValue();
      }
    }
    return new RewardParts(
        PaddedArrays.of(scores, rollouts.size()), ImmutableDoubleArray.copyOf(weights.values()));
  }

  private boolean[] right(Rollouts rollouts) {
    boolean[] right = new boolean[rollouts.size()];
    if (settings.objective().positiveNll() > 0) {
      for (int i = 0; i < right.length; i++) {
        Judgement judgement = rollouts.samples().get(i).judgement();
        right[i] =
            ExtensionException.guard("reward", reward.name(), () -> reward.isRight(judgement));
      }
    }
    return right;
  }
}
