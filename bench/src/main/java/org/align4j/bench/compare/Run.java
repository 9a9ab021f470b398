package org.align4j.bench.compare;

import com.fasterxml.jackson.databind.node.LongNode;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.RunSteps;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.run.log.LogFile;

/** One algorithm with one seed: its own networks, its own folder. */
final class Run implements AutoCloseable {

  private final String algorithm;
  private final long seed;
  private final ComparisonListener listener;
  private final InstantSource clock = InstantSource.system();
  private final RlRun training;
  private final RunFolder folder;
  private final LogFile log;
  private final RunSteps steps;

  /**
   * A run at its beginning; its folder is made.
   *
   * @param before evaluation of the policy that it starts from; empty for none
   */
  Run(
      ComparisonSettings settings,
      Workload workload,
      String algorithm,
      long seed,
      Map<String, Double> before,
      ComparisonListener listener) {
    this.algorithm = algorithm;
    this.seed = seed;
    this.listener = listener;
    TrainConfig config = settings.config(algorithm, seed);
    this.training = workload.run(config);
    this.folder =
        RunFolder.create(
            settings.folder(algorithm, seed), settings.description(algorithm, seed), clock);
    this.log = LogFile.append(folder);
    this.steps = new RunSteps(folder, config.run(), training, new Told(), -1, clock);
    if (!before.isEmpty()) {
      steps.beginning(before);
    }
  }

  /** The next update, and the evaluation after the last. */
  void step() {
    try {
      var _ = steps.step();
    } catch (RuntimeException | Error e) {
      folder.status(RunFolder.Status.FAILED, clock);
      throw e;
    }
  }

  /**
   * Writes the policy; answers what the folder says of the run.
   *
   * @param peak resident bytes of the algorithm by itself
   */
  RunResult finish(OptionalLong peak) {
    training.saveModel(folder.model());
    peak.ifPresent(bytes -> folder.update(RunResult.PEAK, LongNode.valueOf(bytes)));
    folder.status(RunFolder.Status.DONE, clock);
    return RunResult.read(folder);
  }

  /** Says that the run was stopped, unless it has ended. */
  void interrupt() {
    if (folder.status() == RunFolder.Status.RUNNING) {
      folder.status(RunFolder.Status.INTERRUPTED, clock);
    }
  }

  @Override
  public void close() {
    steps.close();
    log.close();
    folder.close();
    training.close();
  }

  /** Hands on what happens to the log and to the comparison's listener. */
  private final class Told implements RunListener {

    @Override
    public void onStep(long step, Map<String, Double> row) {
      log.onStep(step, row);
      listener.onStep(algorithm, seed, row);
    }

    @Override
    public void onEvaluation(long step) {
      listener.evaluating(algorithm + ", seed " + seed);
    }

    @Override
    public void onGuard(GuardEvent event) {
      log.onGuard(event);
      listener.onMessage(algorithm + ", seed " + seed + ", " + event.text());
    }
  }
}
