package org.align4j.algorithms.settings.field;

import static com.google.common.base.Preconditions.checkArgument;

/** FieldChecks that several groups have. */
public final class FieldChecks {

  private FieldChecks() {}

  public static void positive(String name, int value) {
    checkArgument(value > 0, "%s is %s: it must be at least 1", name, value);
  }

  public static void positive(String name, double value) {
    checkArgument(value > 0 && Double.isFinite(value), "%s is %s: it must be above 0", name, value);
  }

  /** Above 0; ∞ for no bound. */
  public static void bound(String name, double value) {
    checkArgument(value > 0, "%s is %s: it must be above 0, or none", name, value);
  }

  public static void notNegative(String name, double value) {
    checkArgument(
        value >= 0 && Double.isFinite(value), "%s is %s: it must be 0 or above", name, value);
  }
}
