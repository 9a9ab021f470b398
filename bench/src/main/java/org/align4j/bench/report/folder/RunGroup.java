package org.align4j.bench.report.folder;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import com.google.common.collect.Multimaps;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.TreeMultimap;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Runs that differ in nothing but their seed.
 *
 * @param name what tells it from the other groups
 * @param algorithm algorithm of its runs
 * @param runs its runs, by seed
 */
public record RunGroup(String name, String algorithm, ImmutableList<ReportedRun> runs) {

  /** Settings that a name shows; more are in the table of differences. */
  private static final int SETTINGS_IN_NAME = 2;

  private static final Set<String> OF_THE_RUN = Set.of("seed", "out", "output", "name");

  /** Groups, those of an algorithm together, with names that differ. */
  public static ImmutableList<RunGroup> of(Collection<ReportedRun> runs) {
    ImmutableListMultimap<String, ReportedRun> byKey = Multimaps.index(runs, RunGroup::key);
    List<ImmutableList<ReportedRun>> groups =
        byKey.asMap().values().stream().map(RunGroup::bySeed).toList();
    ImmutableListMultimap<String, ImmutableList<ReportedRun>> byAlgorithm =
        Multimaps.index(groups, group -> group.get(0).algorithm());
    Map<String, RunGroup> named = new LinkedHashMap<>();
    for (List<ImmutableList<ReportedRun>> rivals : Multimaps.asMap(byAlgorithm).values()) {
      Set<String> paths = differing(rivals);
      for (ImmutableList<ReportedRun> group : rivals) {
        String name = rivals.size() == 1 ? group.get(0).algorithm() : name(group.get(0), paths);
        String unique = name;
        for (int i = 2; named.containsKey(unique); i++) {
          unique = name + " (" + i + ")";
        }
        named.put(unique, new RunGroup(unique, group.get(0).algorithm(), group));
      }
    }
    return ImmutableList.copyOf(named.values());
  }

  private static ImmutableList<ReportedRun> bySeed(Collection<ReportedRun> runs) {
    return runs.stream()
        .sorted(
            Comparator.<ReportedRun>comparingInt(run -> run.seed().length())
                .thenComparing(ReportedRun::seed))
        .collect(ImmutableList.toImmutableList());
  }

  private static String key(ReportedRun run) {
    return run.settings().isEmpty()
        ? run.algorithm() + '\n' + run.family()
        : run.algorithm() + '\n' + comparable(run);
  }

  /** Settings, model and data without what is each run's own. */
  static ImmutableMap<String, String> comparable(ReportedRun run) {
    ImmutableMap.Builder<String, String> comparable = ImmutableMap.builder();
    comparable.putAll(
        Maps.filterKeys(run.settings(), path -> !OF_THE_RUN.contains(lastPart(path))));
    comparable.putAll(
        Maps.filterKeys(
            run.facts(), path -> path.startsWith("model.") || path.startsWith("data.")));
    return comparable.buildOrThrow();
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private static String name(ReportedRun run, Set<String> paths) {
    ImmutableMap<String, String> settings = comparable(run);
    String differing =
        paths.stream()
            .limit(SETTINGS_IN_NAME)
            .map(path -> lastPart(path) + " " + settings.getOrDefault(path, "not set"))
            .collect(Collectors.joining(", "));
    return run.algorithm()
        + ", "
        + (differing.isEmpty() ? ReportedRun.nameOf(run.family()) : differing);
  }

  /** Paths at which the groups do not agree, sorted. */
  private static Set<String> differing(List<ImmutableList<ReportedRun>> groups) {
    SetMultimap<String, String> values = TreeMultimap.create();
    List<ImmutableMap<String, String>> each =
        groups.stream().map(group -> comparable(group.get(0))).toList();
    each.forEach(settings -> values.putAll(Multimaps.forMap(settings)));
    return values.keySet().stream()
        .filter(path ->
            values.get(path).size() > 1
                || !each.stream().allMatch(settings -> settings.containsKey(path)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
