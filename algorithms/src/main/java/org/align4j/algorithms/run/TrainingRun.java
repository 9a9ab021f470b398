package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import org.align4j.algorithms.run.folder.Checkpoints;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.run.log.MetricRows;
import org.align4j.algorithms.settings.run.RunSettings;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;

/**
 * The loop of a run that is left alone: steps, evaluations, checkpoints. Killed at any moment and
 * started again on the same folder, it ends with the metrics and the bits of a run that nobody
 * touched.
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
  private final BestEvaluation best;
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
    this.best =
        new BestEvaluation(settings.evaluation().metric(), settings.evaluation().patience());
    this.lastCheckpoint = clock.instant();
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
    try (RunSteps steps =
        new RunSteps(folder, settings, trainable, listener, restored.orElse(-1), clock)) {
      replay(restored.orElse(0));
      if (restored.isEmpty() && settings.evaluation().isOn()) {
        listener.onEvaluation(0);
        ImmutableMap<String, Double> beginning = trainable.evaluate();
        steps.beginning(beginning);
        var _ = best.observe(0, beginning);
      }
      Outcome outcome = run(steps);
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

  private Outcome run(RunSteps steps) {
    while (trainable.updates() < trainable.planned()) {
      if (stop.requested()) {
        checkpoint(steps);
        return Outcome.INTERRUPTED;
      }
      if (best.isStale()) {
        checkpoint(steps);
        return Outcome.EARLY_STOP;
      }
      step(steps);
    }
    checkpoint(steps);
    return Outcome.DONE;
  }

  private void step(RunSteps steps) {
    Map<String, Double> row = steps.step();
    long step = trainable.updates();
    boolean better =
        settings.evaluation().isDue(step, step == trainable.planned()) && best.observe(step, row);
    if (better || settings.checkpoint().isDue(step, since(lastCheckpoint))) {
      checkpoint(steps);
    }
    if (better) {
      checkpoints.markBest(step, best.value());
    }
  }

  private void checkpoint(RunSteps steps) {
    steps.force();
    checkpoints.save(trainable.updates(), trainable::save);
    lastCheckpoint = clock.instant();
  }

  private Duration since(Instant then) {
    return Duration.between(then, clock.instant());
  }

  /** The evaluations so far. */
  private void replay(long restored) {
    long[] last = {0};
    MetricRows.read(
        folder.metrics(),
        (step, row) -> {
          last[0] = step;
          if (row.keySet().stream().anyMatch(name -> name.startsWith("eval/"))) {
            best.observe(step, row);
          }
        });
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
          var _ = trainable.saveAverage(average);
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
