package org.align4j.algorithms.conformance;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.algorithms.convention.Convention;

/**
 * The convention of a case. A plain name such as {@code verl} means the version that the case's
 * {@code source} names, which starts with the peer and a version number or a commit: the newest
 * preset that is not newer than it. Where the source names none, the newest of all is meant.
 */
final class CaseConvention {

  /** Commits that cases were made at, by the preset that has what the peer had then. */
  private static final ImmutableMap<String, String> COMMITS =
      ImmutableMap.of(
          "3c3be623", "openrlhf-0.11.0",
          "b178a3cd", "verl-0.7",
          "f2cd5771", "trl-1.10");

  private static final Pattern SOURCE =
      Pattern.compile("\\S+ (?:(?<number>\\d+(?:\\.\\d+)+)|(?<commit>[0-9a-f]{8,40}))\\b.*");

  private static final Comparator<List<Integer>> VERSIONS =
      (a, b) -> {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
          if (!a.get(i).equals(b.get(i))) {
            return a.get(i).compareTo(b.get(i));
          }
        }
        return 0;
      };

  private CaseConvention() {}

  static Convention of(ConformanceCase file) {
    String name = file.convention();
    boolean plain = Convention.ALL.stream().anyMatch(c -> c.name().equals(name));
    Matcher source = SOURCE.matcher(file.source());
    if (!plain || !source.matches()) {
      return Convention.of(name);
    }
    String commit = source.group("commit");
    if (commit != null) {
      return Convention.of(COMMITS.getOrDefault(commit.substring(0, 8), name));
    }
    List<Integer> made = number(source.group("number"));
    List<Convention> versions =
        Convention.VERSIONS.stream().filter(c -> c.name().equals(name)).toList();
    Convention found = versions.getFirst();
    for (Convention version : versions) {
      if (VERSIONS.compare(number(version.version().replaceFirst(".*-", "")), made) <= 0) {
        found = version;
      }
    }
    return found;
  }

  private static List<Integer> number(String text) {
    return Splitter.on('.').splitToStream(text).map(Integer::valueOf).toList();
  }
}
