package org.align4j.algorithms.advantage;

import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.registry.Registry;

/**
 * Turns rewards and KL into a per-token advantage. One class and one line in {@code
 * META-INF/services} add an estimator to the command line, the comparison and the conformance run.
 */
public interface AdvantageEstimator extends Named {

  /**
   * Advantages and returns {@code [B,T]}, 0 where the response mask is 0, in the data type of the
   * experience. Deterministic; the experience is not changed. Arrays made in the call end with the
   * step ({@link org.align4j.core.tensor.ArrayScope}): keep none in a field.
   */
  Advantages estimate(Experience experience, AdvantageSettings settings);

  /** Whether {@link Experience#values} is needed. */
  default boolean needsValues() {
    return false;
  }

  /** Whether {@link Experience#greedyRewards} is needed. */
  default boolean needsGreedyRewards() {
    return false;
  }

  /**
   * Whether it compares the samples of one prompt: a group of one teaches nothing, and is refused
   * before a run.
   */
  default boolean needsGroups() {
    return false;
  }

  /** Whether {@link Experience#parts} is needed: each reward of a sum by itself. */
  default boolean needsParts() {
    return false;
  }

  /** All registered estimators. */
  static Registry<AdvantageEstimator> registry() {
    return Registry.load("advantage estimator", AdvantageEstimator.class);
  }
}
