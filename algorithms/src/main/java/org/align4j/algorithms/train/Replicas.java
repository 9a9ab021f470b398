package org.align4j.algorithms.train;

import java.util.function.Function;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.engine.Network;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.SequenceScores;
import org.jspecify.annotations.Nullable;

/**
 * Who samples, scores and learns for a trainer: the models of this process, or replicas of them
 * elsewhere.
 *
 * @param completions sampled from the policy as it is now
 * @param reference log-probs {@code [B][T]} of the frozen model
 * @param policy log-probs {@code [B][T]} of the policy as it is now
 * @param critic values {@code [B][T]}; null without one
 * @param learner of policy and critic
 */
public record Replicas(
    CompletionSource completions,
    Function<PackedSequences, float[][]> reference,
    Function<PackedSequences, float[][]> policy,
    @Nullable Function<PackedSequences, float[][]> critic,
    Learner learner) {

  /** The models themselves. */
  public static Replicas local(RlSettings settings, RlModels models) {
    return new Replicas(
        models.generator(),
        models.reference(),
        scores(models.policy()),
        models.critic() == null ? null : scores(models.critic()),
        new LocalLearner(settings, models));
  }

  /** What a network answers. */
  public static Function<PackedSequences, float[][]> scores(Network network) {
    return packed -> SequenceScores.of(network, packed).outputs();
  }
}
