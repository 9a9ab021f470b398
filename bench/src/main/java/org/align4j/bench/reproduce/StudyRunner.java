package org.align4j.bench.reproduce;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.run.StopSignal;

/**
 * Runs studies: every run has a folder of its own below the study's, what is done is not done
 * again, and what was interrupted goes on.
 */
final class StudyRunner {

  private final Path out;
  private final List<Long> seeds;
  private final StopSignal stop;
  private final Progress progress;

  StudyRunner(Path out, List<Long> seeds, StopSignal stop, Progress progress) {
    this.out = out;
    this.seeds = ImmutableList.copyOf(seeds);
    this.stop = stop;
    this.progress = progress;
  }

  /** Where a study is. */
  Path folder(Study study) {
    return out.resolve(study.name());
  }

  /**
   * Runs a study seed by seed, so that what is there after an interruption is balanced.
   *
   * @return whether all of it is done; not so where it was stopped
   */
  boolean run(Study study) {
    Path folder = folder(study);
    Optional<ImmutableMap<String, String>> prepared =
        study.preparation().prepare(folder, stop, progress);
    return prepared.isPresent() && run(study, folder, prepared.get());
  }

  private boolean run(Study study, Path folder, Map<String, String> prepared) {
    for (long seed : seeds) {
      for (Condition condition : study.conditions()) {
        if (stop.requested()) {
          return false;
        }
        PlannedRun run = study.run(folder, condition, seed, prepared);
        if (!run.isDone() && !run.run(stop, progress)) {
          return false;
        }
      }
    }
    return true;
  }
}
