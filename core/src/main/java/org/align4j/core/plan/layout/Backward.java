package org.align4j.core.plan.layout;

/** What a plan's forward pass leaves for a backward pass. */
public enum Backward {
  /** Nothing: there is none. */
  NONE,
  /** All that is not cheap to make again. */
  KEEP,
  /**
   * Some activations from which all others are made again: less memory, about a third more time.
   */
  RECOMPUTE
}
