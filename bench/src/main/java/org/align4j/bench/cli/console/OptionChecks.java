package org.align4j.bench.cli.console;

/** OptionChecks of option values. */
public final class OptionChecks {

  private OptionChecks() {}

  /** Refuses a number below one. */
  public static void atLeastOne(String option, long value) {
    that(value >= 1, "%s is %s: it must be at least 1".formatted(option, value));
  }

  /** Refuses with one sentence. */
  public static void that(boolean holds, String sentence) {
    if (!holds) {
      throw new UsageException(sentence);
    }
  }
}
