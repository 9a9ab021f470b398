package org.align4j.algorithms.conformance;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;

/**
 * How one case file went.
 *
 * @param file the case
 * @param kind what it tests, such as {@code advantage}; empty where the file could not be read
 * @param convention whose answer is expected
 * @param name of the estimator or loss
 * @param failures one sentence each, with got and expected; empty for a pass
 */
public record CaseResult(
    Path file, String kind, String convention, String name, ImmutableList<String> failures) {

  /** Whether every expected number was met. */
  public boolean passed() {
    return failures.isEmpty();
  }
}
