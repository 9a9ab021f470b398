package org.align4j.bench.cli;

/** Checks of option values. */
final class Checks {

  private Checks() {}

  /** Refuses a number below one. */
  static void atLeastOne(String option, long value) {
    that(value >= 1, "%s is %s: it must be at least 1".formatted(option, value));
  }

  /** Refuses with one sentence. */
  static void that(boolean holds, String sentence) {
    if (!holds) {
      throw new UsageException(sentence);
    }
  }
}
