package org.align4j.algorithms.train.step;

import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * A number of an update is NaN or infinite. Nothing has changed: parameters, moments and counters
 * are those from before the update.
 */
public final class NonFiniteException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient @Nullable TokenSequence sequence;
  private final int column;

  /**
   * What was met and where.
   *
   * @param sequence it was met in, or null
   * @param column response token it was met at, or −1
   */
  public NonFiniteException(String message, @Nullable TokenSequence sequence, int column) {
    super(message);
    this.sequence = sequence;
    this.column = column;
  }

  /** The sequence it was met in; null where it is known of the whole mini-batch only. */
  public @Nullable TokenSequence sequence() {
    return sequence;
  }

  /**
   * The response token it was met at, from 0; −1 where it is known of the whole mini-batch only.
   */
  public int column() {
    return column;
  }
}
