package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.Function;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.policy.Critic;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The networks of a run. They stay the caller's to close.
 *
 * @param policy trained; with a language head
 * @param generator samples from the policy's own network and weights
 * @param reference log-probs {@code [B][T]} of the frozen model
 * @param critic trained with the policy where the algorithm needs it, with a scalar head; else null
 * @param teacher whose distributions the policy learns, where {@code distillation.divergence} asks
 *     for them; else null
 * @param engine that runs the policy: decides how closely ρ must be 1 before the first update
 */
public record RlModels(
    Network policy,
    CompletionSource generator,
    Function<PackedSequences, float[][]> reference,
    @Nullable Network critic,
    @Nullable Network teacher,
    Engine engine) {

  /** Sequences decoded at once where nothing else is said. */
  private static final int SLOTS = 256;

  /** The networks of these models; the critic may be null where no algorithm needs it. */
  public static RlModels of(Policy policy, Reference reference, @Nullable Critic critic) {
    return new RlModels(
        policy.network(),
        policy.generator(SLOTS),
        reference::logProbs,
        critic == null ? null : critic.network(),
        null,
        policy.engine());
  }

  /** Largest |ρ − 1| before the first update. */
  double ratioTolerance() {
    return engine.ratioTolerance();
  }

  /** The teacher, which the settings need. */
  Network requireTeacher() {
    checkArgument(
        teacher != null, "distillation.divergence is set: it needs the teacher's network: pass it");
    return teacher;
  }

  /** The critic, which the algorithm needs. */
  Network requireCritic(String algorithm) {
    checkArgument(critic != null, "%s needs a critic: pass one", algorithm);
    return critic;
  }
}
