package org.align4j.algorithms.curriculum;

import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.registry.Registry;

/**
 * Decides which prompts are worth sampling. Found by name; one class and one line in {@code
 * META-INF/services} register a new one.
 */
public interface Curriculum extends Named {

  /**
   * Probability in [0, 1] that a prompt is taken when its turn comes.
   *
   * @param successRate share of its responses that were right, in [0, 1]; 0 where there were none
   * @param attempts responses so far
   */
  double weight(double successRate, long attempts);

  /** All registered curricula. */
  static Registry<Curriculum> registry() {
    return Registry.load("curriculum", Curriculum.class);
  }
}
