package org.align4j.bench.reproduce.study;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;

/**
 * One line of a figure: what a run of it has beyond the settings of its {@link Study}.
 *
 * @param name of its folder
 * @param label in charts and tables
 * @param settings by path, as text
 */
public record Condition(String name, String label, ImmutableMap<String, String> settings) {

  public Condition {
    checkArgument(
        name.matches("[a-z0-9+.-]+"),
        "condition %s: a name of a folder has lower-case letters, digits, + . -",
        name);
  }

  /** An algorithm with nothing else changed. */
  public static Condition of(String algorithm, String label) {
    return new Condition(algorithm, label, ImmutableMap.of("algorithm", algorithm));
  }
}
