package org.align4j.algorithms.run;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.run.guard.Guards;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.run.log.CompletionRow;
import org.align4j.algorithms.run.log.MetricRows;
import org.align4j.algorithms.run.log.RunLogs;
import org.align4j.algorithms.settings.run.RunSettings;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a run, written into its folder as they are done: metrics, evaluations, guards that
 * spoke, completions. When to step, to save and to end is {@link TrainingRun}'s, or whoever else's.
 */
public final class RunSteps implements AutoCloseable {

  private final RunFolder folder;
  private final RunSettings settings;
  private final Trainable trainable;
  private final RunListener listener;
  private final RunLogs logs;
  private final Guards guards;
  private final NonFiniteWatch notFinite;

  /**
   * Opens the files of a run, cut back to the step it goes on from; the guards hear again what is
   * in them.
   *
   * @param from that the run goes on from; -1 for a new run
   */
  public RunSteps(
      RunFolder folder,
      RunSettings settings,
      Trainable trainable,
      RunListener listener,
      long from,
      InstantSource clock) {
    this.folder = folder;
    this.settings = settings;
    this.trainable = trainable;
    this.listener = listener;
    this.logs = RunLogs.open(folder, from, clock);
    this.guards = new Guards(settings.guards());
    this.notFinite = new NonFiniteWatch(folder, settings.guards(), trainable);
    trainable.guard(notFinite);
    MetricRows.read(
        folder.metrics(),
        (step, row) -> {
          if (step > 0) {
            guards.observe(step, row);
          }
        });
    notFinite.replay(Math.max(from, 0));
  }

  /** Writes the evaluation of the model at the start of the run. */
  public void beginning(Map<String, Double> evaluation) {
    logs.metrics(0, evaluation);
  }

  /**
   * Does the next step, and the evaluation that is due after it.
   *
   * @return what was written into {@code metrics.jsonl}
   * @throws RunStoppedException where the step met a number that is not finite
   */
  public Map<String, Double> step() {
    long step = trainable.updates() + 1;
    Trainable.StepResult done = stepOrStop(step);
    boolean last = step == trainable.planned();
    Map<String, Double> row = new LinkedHashMap<>(done.metrics());
    if (settings.evaluation().isDue(step, last)) {
      listener.onEvaluation(step);
      row.putAll(trainable.evaluate());
    }
    List<GuardEvent> events = new ArrayList<>(notFinite.afterStep());
    events.addAll(guards.observe(step, row));
    for (GuardEvent event : events) {
      logs.event(event);
      listener.onGuard(event);
    }
    row.putAll(done.times());
    logs.metrics(step, row);
    if (settings.logging().isDue(step, last)) {
      for (Map<String, @Nullable Object> completion : done.completions()) {
        logs.completion(CompletionRow.ofStep(step, completion));
      }
    }
    listener.onStep(step, row);
    return row;
  }

  private Trainable.StepResult stepOrStop(long step) {
    notFinite.beforeStep(step);
    try {
      return trainable.step();
    } catch (NonFiniteException e) {
      notFinite.afterStep().forEach(logs::event);
      throw new RunStoppedException(
          "step %s: %s. The batch is in %s. Begin a new run with a lower update.learningRate or with guards.nonFinite=skip"
              .formatted(step, e.getMessage(), folder.inspection()),
          e);
    }
  }

  /** Brings everything to the disk: before a checkpoint that relies on it. */
  void force() {
    logs.force();
  }

  @Override
  public void close() {
    logs.close();
  }
}
