package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkNotNull;

import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.Teacher;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.RlModels;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.models.policy.Critic;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The models of a run of reinforcement learning, as its configuration names them: the same on every
 * machine that has the files.
 *
 * @param policy to train
 * @param reference the policy as it was, or the teacher; null where another machine scores
 * @param critic null where the algorithm has none
 */
public record RunModels(Policy policy, @Nullable Reference reference, @Nullable Critic critic)
    implements AutoCloseable {

  /** Reads them all. */
  public static RunModels load(TrainConfig config, Engine engine) {
    Policy policy = PolicyFiles.load(config.input(), config.training().seed(), engine);
    return of(config, policy, Teacher.orSelf(config.input(), policy));
  }

  /** A policy and what its algorithm has besides; takes both over. */
  static RunModels of(TrainConfig config, Policy policy, @Nullable Reference reference) {
    RlSettings settings = config.training();
    boolean critic = ResolvedAlgorithm.of(settings).algorithm().needsCritic();
    return new RunModels(policy, reference, critic ? Critic.of(policy, settings.seed()) : null);
  }

  /** What a trainer takes. */
  public RlModels networks(TrainConfig config) {
    return new RlModels(
        policy.network(),
        policy.generator(config.training().rollout().size()),
        packed -> checkNotNull(reference, "the reference is elsewhere").logProbs(packed),
        critic == null ? null : critic.network(),
        config.input().teacher().isPresent() ? teacher() : null,
        policy.engine());
  }

  private @Nullable Network teacher() {
    return reference == null ? null : reference.network();
  }

  /** Closes all but the reference. */
  void closeTrained() {
    if (critic != null) {
      critic.close();
    }
    policy.close();
  }

  @Override
  public void close() {
    if (reference != null) {
      reference.close();
    }
    closeTrained();
  }
}
