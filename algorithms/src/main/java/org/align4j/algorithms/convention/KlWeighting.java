package org.align4j.algorithms.convention;

/**
 * What the ratio ρ = π/π_old does to a KL term in the loss. After an update samples are no longer
 * the policy's own, and an estimate from them is biased without it.
 */
public enum KlWeighting {
  /** Nothing: right where samples are the policy's own. */
  NONE,
  /**
   * The value is the estimate; the gradient is {@code sg(min(ρ, 10)) Δ}, that of the KL, whatever
   * the estimator. OpenRLHF 0.11.2 {@code models/utils.py}, compute_approx_kl, unbiased_gradient.
   */
  GRADIENT,
  /**
   * The value is the estimate times ρ, and the gradient is its derivative. TRL 1.16 {@code
   * grpo_trainer.py}, use_bias_correction_kl (DeepSeek-V3.2, §3.1).
   */
  VALUE
}
