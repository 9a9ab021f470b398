package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.bench.report.folder.GuardLine;
import org.align4j.bench.report.folder.ReportedRun;
import org.align4j.bench.report.folder.RunGroup;

/**
 * All that the page shows; its JSON in the page has these names.
 *
 * @param groups runs that differ in nothing but their seed
 * @param runs all runs, group by group
 * @param overview table at the top
 * @param steps steps at the positions of curves
 * @param stepCount how many steps there are
 * @param bucketed whether two positions stand for all steps between them
 * @param panels curves over steps
 * @param rewardAgainstKl reward against KL consumed
 * @param times seconds by phase
 * @param differences settings
 * @param guards guard warnings, the first of them
 * @param guardsWritten how many there were
 */
record ReportData(
    List<GroupView> groups,
    List<RunView> runs,
    Overview overview,
    long[] steps,
    int stepCount,
    boolean bucketed,
    List<Panel> panels,
    RewardAgainstKl rewardAgainstKl,
    PhaseTimes times,
    Differences differences,
    List<GuardView> guards,
    long guardsWritten) {

  /** Numbers in all curves together: about eight bytes each. */
  private static final long NUMBERS = 1_000_000;

  private static final int MOST_POSITIONS = 1000;
  private static final int LEAST_POSITIONS = 50;

  /** Characters of completions on the page. */
  private static final long COMPLETIONS = 6_000_000;

  private static final long COMPLETIONS_OF_RUN = 600_000;
  private static final int GUARDS = 500;

  /** A group; its runs are those whose {@code group} is its place in the list. */
  record GroupView(String name, String algorithm) {}

  /** A run. */
  record RunView(
      int group,
      String seed,
      String folder,
      String status,
      long planned,
      long lastStep,
      List<String> notes,
      Completions completions) {}

  /** A warning of a guard in the run of this place. */
  record GuardView(int run, GuardLine event) {}

  static ReportData of(List<ReportedRun> folders) {
    List<RunGroup> groups = RunGroup.of(folders);
    List<ReportedRun> runs = groups.stream().flatMap(group -> group.runs().stream()).toList();
    List<String> metrics = Panel.metrics(runs);
    long curves = (long) metrics.size() * (runs.size() + 3L * groups.size());
    int limit = Math.clamp(NUMBERS / curves, LEAST_POSITIONS, MOST_POSITIONS);
    StepGrid grid = StepGrid.over(runs.stream().map(ReportedRun::metrics).toList(), limit);
    List<GuardView> guards =
        IntStream.range(0, runs.size())
            .boxed()
            .flatMap(i -> runs.get(i).events().stream().map(event -> new GuardView(i, event)))
            .sorted(Comparator.comparingLong(guard -> guard.event().step()))
            .toList();
    return new ReportData(
        groups.stream().map(group -> new GroupView(group.name(), group.algorithm())).toList(),
        views(groups, runs.size()),
        Overview.of(groups),
        grid.positions(),
        grid.steps().length,
        grid.bucketed(),
        metrics.stream().map(metric -> Panel.of(metric, groups, grid)).toList(),
        RewardAgainstKl.of(groups),
        PhaseTimes.of(groups),
        Differences.of(groups),
        guards.stream().limit(GUARDS).toList(),
        guards.size());
  }

  private static List<RunView> views(List<RunGroup> groups, int runs) {
    long room = Math.min(COMPLETIONS_OF_RUN, COMPLETIONS / runs);
    ImmutableList.Builder<RunView> views = ImmutableList.builder();
    for (int g = 0; g < groups.size(); g++) {
      for (ReportedRun run : groups.get(g).runs()) {
        views.add(
            new RunView(
                g,
                run.seed(),
                run.folder().toString(),
                run.status(),
                run.planned(),
                run.metrics().lastStep(),
                run.notes(),
                Completions.read(run.folder().resolve("completions.jsonl"), room)));
      }
    }
    return views.build();
  }
}
