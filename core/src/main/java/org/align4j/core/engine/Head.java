package org.align4j.core.engine;

import org.jspecify.annotations.Nullable;

/** What a network ends in; the engine applies it at the rows that a batch labels. */
public sealed interface Head<T> {

  /** Final hidden state {@code [N,D]}, after the last norm. */
  T hidden();

  /**
   * A distribution over the vocabulary.
   *
   * @param weight {@code [V,D]}; the embedding table itself where the head is tied
   */
  record Language<T>(T hidden, T weight) implements Head<T> {}

  /**
   * One number per row: a value or a reward.
   *
   * @param weight {@code [1,D]}
   * @param bias {@code [1]}
   */
  record Scalar<T>(T hidden, T weight, @Nullable T bias) implements Head<T> {}
}
