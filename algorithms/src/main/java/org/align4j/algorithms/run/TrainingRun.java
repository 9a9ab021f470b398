package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.align4j.algorithms.settings.RunSettings;
import org.align4j.algorithms.train.NonFiniteException;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.jspecify.annotations.Nullable;

/**
 * The loop of a run that is left alone: steps, logs, guards, evaluations, checkpoints. Killed at
 * any moment and started again on the same folder, it ends with the metrics and the bits of a run
 * that nobody touched.
 */
public final class TrainingRun {

  /** How a run ended. */
  public enum Outcome {
    /** All steps are done. */
    DONE,
    /** The evaluation had not become better for long enough. */
    EARLY_STOP,
    /** Stopped by its {@link StopSignal}; the checkpoint goes on. */
    INTERRUPTED
  }

  private final RunFolder folder;
  private final RunSettings settings;
  private final Trainable trainable;
  private final StopSignal stop;
  private final RunListener listener;
  private final InstantSource clock;
  private final Checkpoints checkpoints;
  private final Guards guards;
  private final BestEvaluation best;
  private final NonFiniteWatch notFinite;
  private Instant lastCheckpoint;

  /** A run in its folder, new or to go on. */
  public TrainingRun(
      RunFolder folder,
      RunSettings settings,
      Trainable trainable,
      StopSignal stop,
      RunListener listener,
      InstantSource clock) {
    this.folder = folder;
    this.settings = settings;
    this.trainable = trainable;
    this.stop = stop;
    this.listener = listener;
    this.clock = clock;
    this.checkpoints = new Checkpoints(folder.checkpoints(), settings.checkpoint().keep());
    this.guards = new Guards(settings.guards());
    this.best =
        new BestEvaluation(settings.evaluation().metric(), settings.evaluation().patience());
    this.notFinite = new NonFiniteWatch(folder, settings.guards(), trainable);
    this.lastCheckpoint = clock.instant();
    trainable.guard(notFinite);
  }

  /**
   * Runs to the end, from the newest checkpoint that is whole where there is one.
   *
   * @throws RuntimeException what a step threw; the folder then says failed, and its checkpoints
   *     stay
   */
  public Outcome run() {
    OptionalLong restored = checkpoints.restore(trainable::resume, listener::onWarning);
    checkArgument(
        trainable.updates() <= trainable.planned(),
        "the run is at step %s, but only %s are asked for: ask for at least as many",
        trainable.updates(),
        trainable.planned());
    restored.ifPresent(listener::onResume);
    folder.removeLeftovers();
    folder.status(RunFolder.Status.RUNNING, clock);
    lastCheckpoint = clock.instant();
    try (RunLogs logs = RunLogs.open(folder, restored.orElse(-1), clock)) {
      replay(restored.orElse(0));
      if (restored.isEmpty() && settings.evaluation().isOn()) {
        logs.metrics(0, evaluate(0));
      }
      Outcome outcome = steps(logs);
      finish(outcome);
      return outcome;
    } catch (RuntimeException | Error e) {
      failed(e);
      throw e;
    }
  }

  private void failed(Throwable failure) {
    try {
      folder.status(RunFolder.Status.FAILED, clock);
    } catch (RuntimeException e) {
      // On a full disk not even that can be written; why the run failed matters more.
      failure.addSuppressed(e);
    }
  }

  private Outcome steps(RunLogs logs) {
    while (trainable.updates() < trainable.planned()) {
      if (stop.requested()) {
        checkpoint(logs);
        return Outcome.INTERRUPTED;
      }
      if (best.isStale()) {
        checkpoint(logs);
        return Outcome.EARLY_STOP;
      }
      step(logs);
    }
    checkpoint(logs);
    return Outcome.DONE;
  }

  private void step(RunLogs logs) {
    long step = trainable.updates() + 1;
    Trainable.Step done = stepOrStop(step, logs);
    Map<String, Double> row = new LinkedHashMap<>(done.metrics());
    boolean last = step == trainable.planned();
    boolean better = false;
    if (settings.evaluation().isDue(step, last)) {
      ImmutableMap<String, Double> evaluation = evaluate(step);
      row.putAll(evaluation);
      better = best.observe(step, evaluation);
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
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.putAll(completion);
        logs.completion(line);
      }
    }
    listener.onStep(step, row);
    if (better || settings.checkpoint().isDue(step, since(lastCheckpoint))) {
      checkpoint(logs);
    }
    if (better) {
      checkpoints.markBest(step, best.value());
    }
  }

  private Trainable.Step stepOrStop(long step, RunLogs logs) {
    notFinite.beforeStep(step);
    try {
      return trainable.step();
    } catch (NonFiniteException e) {
      notFinite.afterStep().forEach(logs::event);
      throw new RunStoppedException(
          "step %s: %s. The batch is in %s. Go on from the last checkpoint with a lower learning rate,"
                  .formatted(step, e.getMessage(), folder.inspection())
              + " or with guards.nonFinite=skip",
          e);
    }
  }

  private ImmutableMap<String, Double> evaluate(long step) {
    listener.onEvaluation(step);
    return trainable.evaluate();
  }

  private void checkpoint(RunLogs logs) {
    logs.force();
    checkpoints.save(trainable.updates(), trainable::save);
    lastCheckpoint = clock.instant();
  }

  private Duration since(Instant then) {
    return Duration.between(then, clock.instant());
  }

  /** What the steps so far would have told the guards and the evaluation. */
  private void replay(long restored) {
    long[] last = {0};
    MetricRows.read(
        folder.metrics(),
        (step, row) -> {
          last[0] = step;
          if (row.keySet().stream().anyMatch(name -> name.startsWith("eval/"))) {
            best.observe(step, row);
          }
          if (step > 0) {
            guards.observe(step, row);
          }
        });
    notFinite.replay(restored);
    if (last[0] < restored) {
      listener.onWarning(
          "%s ends at step %s, the checkpoint is of step %s: the rows between are lost"
              .formatted(folder.metrics(), last[0], restored));
    }
    if (best.step() > 0 && Files.isDirectory(checkpoints.path(best.step()))) {
      checkpoints.markBest(best.step(), best.value());
    }
  }

  private void finish(Outcome outcome) {
    if (outcome == Outcome.INTERRUPTED) {
      folder.status(RunFolder.Status.INTERRUPTED, clock);
      return;
    }
    // A run that was made longer has a model of its shorter life: what is there is replaced.
    AtomicFiles.replaceFolder(folder.model(), trainable::saveModel);
    AtomicFiles.replaceFolder(
        folder.averageModel(),
        average -> {
          boolean unused = trainable.saveAverage(average);
        });
    trainable.conclude(folder);
    saveBest();
    folder.status(RunFolder.Status.DONE, clock);
  }

  /** The last model needs no second copy. */
  private void saveBest() {
    OptionalLong step = checkpoints.bestStep();
    if (step.isEmpty() || step.getAsLong() == trainable.updates()) {
      AtomicFiles.remove(folder.bestModel());
      return;
    }
    try {
      trainable.resume(checkpoints.path(step.getAsLong()));
    } catch (BadFileException e) {
      listener.onWarning(
          "the best checkpoint, of step %s, is damaged (%s): there is no %s"
              .formatted(step.getAsLong(), e.getMessage(), folder.bestModel().getFileName()));
      return;
    }
    AtomicFiles.replaceFolder(folder.bestModel(), trainable::saveModel);
  }
}
