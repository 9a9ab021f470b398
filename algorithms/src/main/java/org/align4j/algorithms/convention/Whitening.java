package org.align4j.algorithms.convention;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How advantages are normalised over the whole rollout batch: {@code (A − μ) / σ}.
 *
 * @param scope what μ and σ are taken over; over tokens, long sequences weigh more
 * @param ddof 0 or 1: variance is divided by n − ddof
 * @param epsilon what keeps σ from zero
 * @param form where ε goes
 */
public record Whitening(Scope scope, int ddof, double epsilon, Form form) {

  /** What μ and σ are taken over. */
  public enum Scope {
    /** All response tokens of the batch. */
    TOKENS,
    /** All sequences of the batch. */
    SEQUENCES
  }

  /** Where ε goes. */
  public enum Form {
    /** {@code 1/√max(var, ε)}: OpenRLHF. */
    VARIANCE_FLOOR,
    /** {@code 1/√(var + ε)}: verl, TRL's PPO. */
    VARIANCE_PLUS,
    /** {@code 1/(√var + ε)}: TRL's RLOO. */
    DEVIATION_PLUS
  }

  /** Checks ddof and ε. */
  public Whitening {
    checkArgument(ddof == 0 || ddof == 1, "ddof is %s: it must be 0 or 1", ddof);
    checkArgument(epsilon > 0, "epsilon is %s: it must be above 0", epsilon);
  }

  /** What to multiply a centred value by. */
  public double scale(double variance) {
    return switch (form) {
      case VARIANCE_FLOOR -> 1 / Math.sqrt(Math.max(variance, epsilon));
      case VARIANCE_PLUS -> 1 / Math.sqrt(variance + epsilon);
      case DEVIATION_PLUS -> 1 / (Math.sqrt(variance) + epsilon);
    };
  }
}
