package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.align4j.bench.report.folder.ReportedRun;
import org.align4j.bench.report.folder.RunGroup;

/**
 * Settings and circumstances of the groups.
 *
 * @param recorded whether any run recorded its settings
 * @param different rows whose groups differ
 * @param same rows whose groups do not, with one value
 */
record Differences(boolean recorded, List<Row> different, List<Row> same) {

  /**
   * @param path dotted path of the setting
   * @param values a value a group, empty for none; one value where all groups agree
   */
  record Row(String path, List<String> values) {}

  static Differences of(List<RunGroup> groups) {
    TreeSet<String> paths = new TreeSet<>();
    groups.forEach(group -> group.runs().forEach(run -> paths.addAll(all(run).keySet())));
    ImmutableList.Builder<Row> different = ImmutableList.builder();
    ImmutableList.Builder<Row> same = ImmutableList.builder();
    for (String path : paths) {
      List<String> values = groups.stream().map(group -> valueOf(path, group)).toList();
      if (new HashSet<>(values).size() > 1) {
        different.add(new Row(path, values));
      } else {
        same.add(new Row(path, values.subList(0, 1)));
      }
    }
    boolean recorded =
        groups.stream()
            .flatMap(group -> group.runs().stream())
            .anyMatch(run -> !all(run).isEmpty());
    return new Differences(recorded, different.build(), same.build());
  }

  private static ImmutableMap<String, String> all(ReportedRun run) {
    return ImmutableMap.<String, String>builder()
        .putAll(run.facts())
        .putAll(run.settings())
        .buildKeepingLast();
  }

  private static String valueOf(String path, RunGroup group) {
    Collection<String> values =
        group.runs().stream().map(run -> all(run).getOrDefault(path, "")).distinct().toList();
    return values.stream().collect(Collectors.joining(", "));
  }
}
