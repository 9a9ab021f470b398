package org.align4j.algorithms.conformance;

import com.google.common.collect.ImmutableList;

/**
 * How all case files went.
 *
 * @param results in the order of the files
 */
public record ConformanceReport(ImmutableList<CaseResult> results) {

  /** Cases that passed. */
  public long passed() {
    return results.stream().filter(CaseResult::passed).count();
  }

  /** Cases that failed, those that could not be run among them. */
  public long failed() {
    return results.size() - passed();
  }

  /** {@code N passed, N failed}. */
  public String summary() {
    return passed() + " passed, " + failed() + " failed";
  }
}
