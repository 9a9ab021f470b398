package org.align4j.algorithms.settings.input;

/** What becomes of a run when a response cannot be scored. */
public enum OnFailure {
  /** The run ends with a {@code RewardException}. */
  STOP,
  /** The response is left out: its group's baseline is computed without it. */
  DROP
}
