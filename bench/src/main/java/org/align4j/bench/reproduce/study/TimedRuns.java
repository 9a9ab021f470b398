package org.align4j.bench.reproduce.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.folder.RunDescription;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.bench.compare.Comparison;
import org.align4j.bench.compare.ComparisonListener;
import org.align4j.bench.compare.ComparisonSettings;
import org.align4j.bench.compare.Workload;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;

/** The runs of a study whose times are compared: those of a seed take turns. */
final class TimedRuns {

  private final Study study;
  private final Path folder;
  private final StopSignal stop;
  private final Progress progress;

  TimedRuns(Study study, Path folder, StopSignal stop, Progress progress) {
    this.study = study;
    this.folder = folder;
    this.stop = stop;
    this.progress = progress;
  }

  /** Runs a seed, unless it is done; answers whether it is done now. */
  boolean run(long seed) {
    List<PlannedRun> runs =
        study.conditions().stream()
            .map(condition -> study.run(folder, condition, seed, ImmutableMap.of()))
            .toList();
    if (runs.stream().allMatch(PlannedRun::isDone)) {
      return true;
    }
    // Times of a run that was interrupted are not those of one that takes turns.
    runs.forEach(run -> AtomicFiles.remove(run.folder()));
    ComparisonSettings settings =
        new ComparisonSettings(
            study.conditions().stream()
                .map(Condition::name)
                .collect(ImmutableList.toImmutableList()),
            seed,
            1,
            study.config(study.conditions().get(0), seed, ImmutableMap.of()),
            Engine.PLAN,
            folder,
            description());
    RunListener steps =
        progress.begin(study.name() + ", seed " + seed, (long) runs.size() * settings.updates());
    try (Workload workload = Workload.open(settings.config(), Engine.PLAN)) {
      var _ = new Comparison(settings, workload, new Told(steps), stop).run();
    } finally {
      progress.end();
    }
    return runs.stream().allMatch(PlannedRun::isDone);
  }

  private static ObjectNode description() {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.set("versions", Environment.versions());
    node.set("machine", RunDescription.machine());
    node.setAll(RunDescription.inputs(Optional.empty(), List.of()));
    return node;
  }

  /** Counts the steps of all algorithms. */
  private static final class Told implements ComparisonListener {
    private final RunListener steps;
    private long count;

    Told(RunListener steps) {
      this.steps = steps;
    }

    @Override
    public void warmingUp(String algorithm) {}

    @Override
    public void evaluating(String what) {}

    @Override
    public void onStep(String algorithm, long seed, Map<String, Double> row) {
      count++;
      steps.onStep(count, row);
    }

    @Override
    public void onMessage(String message) {
      steps.onWarning(message);
    }
  }
}
