package org.align4j.bench.reproduce;

import org.align4j.algorithms.run.StopSignal;
import org.align4j.bench.reproduce.study.Progress;
import org.align4j.bench.reproduce.study.Study;
import org.align4j.bench.reproduce.study.StudyResult;
import org.align4j.bench.reproduce.study.StudyRunner;

/** Runs the studies that are asked for and reduces each to its result file. */
public final class Reproduction {

  private final ReproductionSettings settings;
  private final StudyRunner runner;
  private final Progress progress;

  /** A reproduction at its beginning, or to go on. */
  public Reproduction(ReproductionSettings settings, StopSignal stop, Progress progress) {
    this.settings = settings;
    this.progress = progress;
    this.runner =
        new StudyRunner(
            settings.out().resolve(settings.scale().label()), settings.allSeeds(), stop, progress);
  }

  /**
   * Runs everything that is not done yet.
   *
   * @return whether all of it is done; not so where it was stopped
   */
  public boolean run() {
    for (Study study : settings.studies()) {
      progress.message("Study " + study.name());
      boolean done = runner.run(study);
      StudyResult result = runner.result(study);
      if (!result.runs().isEmpty()) {
        result.write(
            StudyResult.file(settings.results().resolve(settings.scale().label()), study.name()));
      }
      if (!done) {
        return false;
      }
    }
    return true;
  }
}
