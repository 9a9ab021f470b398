package org.align4j.models.generate;

/** Why a completion ended. */
public enum FinishReason {
  /** An end-of-sequence token, which is its last token. */
  END_OF_SEQUENCE,
  /** A stop string came up; the token that completed it is the last. */
  STOP_STRING,
  /** The largest number of new tokens, or of positions, was reached. */
  LENGTH
}
