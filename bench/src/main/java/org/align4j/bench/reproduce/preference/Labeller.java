package org.align4j.bench.reproduce.preference;

import java.util.OptionalDouble;

/** Which of two samples of one prompt is preferred. */
@FunctionalInterface
public interface Labeller {

  /** Probability that the first is preferred; empty where the two are no pair. */
  OptionalDouble preference(Sample first, Sample second);

  /** The right one of a right and a wrong one. */
  Labeller RIGHT =
      (first, second) ->
          first.right() == second.right()
              ? OptionalDouble.empty()
              : OptionalDouble.of(first.right() ? 1 : 0);

  /**
   * Bradley and Terry with the utility {@code right·correct + perToken·length}.
   *
   * @param right what a right answer is worth
   * @param perToken what a token is worth
   */
  static Labeller bradleyTerry(double right, double perToken) {
    return (first, second) -> {
      if (first.text().equals(second.text())) {
        return OptionalDouble.empty();
      }
      double difference =
          right * ((first.right() ? 1 : 0) - (second.right() ? 1 : 0))
              + perToken * (first.length() - second.length());
      return OptionalDouble.of(1 / (1 + StrictMath.exp(-difference)));
    };
  }
}
