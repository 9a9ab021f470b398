package org.align4j.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How far a student's distribution S over the vocabulary is from a teacher's T, in nats: {@code
 * β·KL(T‖M) + (1 − β)·KL(S‖M)} with {@code M = β·T + (1 − β)·S}, the generalised Jensen–Shannon
 * divergence (Agarwal et al. 2024, "On-policy distillation of language models"; TRL's {@code gkd}).
 * At the ends, where that would be 0, it stands for {@code KL(T‖S)} (β = 0) and {@code KL(S‖T)} (β
 * = 1).
 *
 * @param beta β in [0, 1]
 */
public record Divergence(double beta) {

  /** {@code KL(T‖S)}: the student covers all that the teacher would say. */
  public static final Divergence FORWARD = new Divergence(0);

  /** {@code KL(S‖T)}: the student says nothing that the teacher would not. */
  public static final Divergence REVERSE = new Divergence(1);

  /** Checks β. */
  public Divergence {
    checkArgument(beta >= 0 && beta <= 1, "beta is %s: it must be in [0, 1]", beta);
  }
}
