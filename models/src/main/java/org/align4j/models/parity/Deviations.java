package org.align4j.models.parity;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Collects the deviations of one check and what is out of tolerance. */
final class Deviations {

  private final String name;
  private final Map<String, Double> deviations = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();

  Deviations(String name) {
    this.name = name;
  }

  /** Notes a deviation of a quantity; {@code where} names the place in a failure. */
  void add(String quantity, String where, double value, double tolerance) {
    deviations.merge(quantity, value, Deviations::larger);
    // not "value > tolerance": NaN must fail
    if (!(value <= tolerance)) {
      failures.add(
          String.format(
              Locale.ROOT,
              "%s%s deviates by %.3g, allowed is %.3g",
              quantity,
              where,
              value,
              tolerance));
    }
  }

  /** Notes something that is wrong and has no size. */
  void failure(String sentence) {
    failures.add(sentence);
  }

  ParityResult result() {
    return new ParityResult(
        name,
        ImmutableMap.copyOf(deviations),
        failures.isEmpty() ? Optional.empty() : Optional.of(summary()));
  }

  private String summary() {
    String first = failures.get(0);
    return failures.size() == 1 ? first : first + " (and " + (failures.size() - 1) + " more)";
  }

  private static double larger(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
  }

  /** Largest absolute difference; infinite where the lengths differ. */
  static double largestDifference(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = larger(largest, Math.abs((double) actual[i] - expected[i]));
    }
    return largest;
  }

  /** Largest absolute value. */
  static double largest(float[] values) {
    return largestDifference(values, new float[values.length]);
  }

  /** {@code difference ÷ scale}; 0 where both are 0. */
  static double relative(double difference, double scale) {
    return difference == 0 ? 0 : difference / scale;
  }
}
