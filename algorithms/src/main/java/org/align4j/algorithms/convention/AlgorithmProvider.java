package org.align4j.algorithms.convention;

import java.util.Optional;
import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.registry.Registry;

/**
 * Your own algorithm: an estimator, a loss and what it is under a convention, by one name. One
 * class and one line in {@code
 * META-INF/services/org.align4j.algorithms.convention.AlgorithmProvider} register it. An estimator
 * alone needs none: its name runs it under the clipped loss and the convention's usual recipe.
 */
public interface AlgorithmProvider extends Named {

  /** Name of the advantage estimator; what it needs of the trainer, it says itself. */
  String estimator();

  /** Name of the policy loss. */
  String loss();

  /**
   * Aggregation and KL under a convention; empty for what the convention has for algorithms that it
   * does not name.
   */
  default Optional<Algorithm.Recipe> recipe(Convention convention) {
    return Optional.empty();
  }

  /** All registered algorithms. */
  static Registry<AlgorithmProvider> registry() {
    return Registry.load("algorithm", AlgorithmProvider.class);
  }
}
