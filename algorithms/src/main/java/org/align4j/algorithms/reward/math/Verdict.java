package org.align4j.algorithms.reward.math;

import java.util.Locale;

/** What a verifier decides about a response. */
public enum Verdict {
  /** The answer equals the reference. */
  CORRECT,
  /** There is an answer, another one. */
  WRONG,
  /** No answer was found. */
  UNPARSABLE;

  /** The verdict in lower case, as files have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
