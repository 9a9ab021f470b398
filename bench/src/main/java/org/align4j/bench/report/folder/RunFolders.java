package org.align4j.bench.report.folder;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the folders of runs in those that a user names: runs, comparisons, folders of these. */
public final class RunFolders {

  /** A folder of comparisons, a comparison, an algorithm, a seed. */
  private static final int DEPTH = 4;

  private RunFolders() {}

  /**
   * Reads every run in the folders, each once, in the order given and then by name.
   *
   * @throws IllegalArgumentException if a folder is not there or has no run
   */
  public static ImmutableList<ReportedRun> read(List<Path> folders) {
    ImmutableSet.Builder<Path> found = ImmutableSet.builder();
    for (Path folder : folders) {
      checkArgument(
          Files.isDirectory(folder),
          "%s: there is no such folder: give the folder of a run or of a comparison",
          folder);
      List<Path> runs = runsIn(folder.toAbsolutePath().normalize(), DEPTH);
      checkArgument(
          !runs.isEmpty(),
          "%s: no run is in this folder or up to %s below it: a run's folder has %s or %s",
          folder,
          DEPTH,
          ReportedRun.DESCRIPTION,
          ReportedRun.METRICS);
      found.addAll(runs);
    }
    return found.build().stream().map(ReportedRun::read).collect(ImmutableList.toImmutableList());
  }

  private static List<Path> runsIn(Path folder, int depth) {
    if (ReportedRun.isRun(folder)) {
      return List.of(folder);
    }
    if (depth == 0) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isDirectory)
          .filter(entry -> !ReportedRun.nameOf(entry).startsWith("."))
          .sorted()
          .flatMap(entry -> runsIn(entry, depth - 1).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
