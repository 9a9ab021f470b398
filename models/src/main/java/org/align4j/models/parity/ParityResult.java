package org.align4j.models.parity;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/**
 * One check.
 *
 * @param name the folder of a parity case, or file and line
 * @param deviations largest deviation by quantity, in the order they were computed
 * @param failure what is wrong, empty where the check passed
 */
public record ParityResult(
    String name, ImmutableMap<String, Double> deviations, Optional<String> failure) {

  /** Whether everything lay within its tolerance. */
  public boolean passed() {
    return failure.isEmpty();
  }
}
