package org.align4j.algorithms.preference;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Shuffle;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.PreferenceTrainer;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.LearningRateSchedule;

/**
 * Trains on pairs in an order of its own for every pass, and evaluates on held-out pairs on the
 * way. A batch may reach into the next pass, so every step has as many pairs.
 */
public final class PreferenceRun {

  private final PreferenceTrainer trainer;
  private final PairSplit pairs;
  private final PreferenceSettings settings;
  private final int steps;
  private final LearningRateSchedule schedule;
  private final Shuffle shuffle;
  private int done;

  /** A run at its beginning; the trainer stays the caller's. */
  public PreferenceRun(PreferenceTrainer trainer, PairSplit pairs, PreferenceSettings settings) {
    this.trainer = trainer;
    this.pairs = pairs;
    this.settings = settings;
    this.steps = settings.stepsOver(pairs.training().size());
    this.schedule = settings.update().scheduleOver(steps);
    this.shuffle = new Shuffle("preference order", settings.seed(), pairs.training().size());
  }

  /** Is told of each row of metrics. */
  @FunctionalInterface
  public interface Listener {
    void onMetrics(int step, int steps, ImmutableMap<String, Double> metrics);
  }

  /**
   * Steps to the end. Metrics have TRL's names: {@code loss}, {@code rewards/margins} and so on of
   * the batch before the step, {@code eval_rewards/margins} of the held-out pairs after it.
   */
  public void run(MetricSink sink, Listener listener) {
    while (done < steps) {
      ImmutableMap<String, Double> metrics = step();
      sink.record(done, metrics);
      listener.onMetrics(done, steps, metrics);
    }
  }

  /** One step, with an evaluation where it is time for one; answers its metrics. */
  public ImmutableMap<String, Double> step() {
    PreferenceTrainer.Report report = trainer.step(batch(done), schedule.at(done));
    done++;
    var metrics = ImmutableMap.<String, Double>builder();
    metrics.putAll(report.scores().metrics());
    metrics.put("learning_rate", report.learningRate());
    metrics.put("grad_norm", report.gradientNorm());
    metrics.put("skipped_steps", report.applied() ? 0.0 : 1.0);
    if (!pairs.heldOut().isEmpty() && isEvaluated(done)) {
      evaluate().metrics().forEach((name, value) -> metrics.put("eval_" + name, value));
    }
    return metrics.buildOrThrow();
  }

  /** Steps done. */
  public int done() {
    return done;
  }

  /** Writes all that the rest of the run depends on into a new folder. */
  public void save(Path folder) {
    trainer.save(folder, settings, done);
  }

  /**
   * Goes on from a state that {@link #save} wrote, bit for bit.
   *
   * @throws IllegalArgumentException for a state of another model or of other settings, and for a
   *     damaged one: nothing has changed then
   */
  public void resume(Path folder) {
    done = Math.toIntExact(trainer.resume(folder, settings));
  }

  /** Scores of the held-out pairs as the model is now. */
  public PairScores evaluate() {
    return trainer.evaluate(pairs.heldOut());
  }

  private boolean isEvaluated(int step) {
    return step == steps || (settings.evalEvery() > 0 && step % settings.evalEvery() == 0);
  }

  private List<PreferencePair> batch(int step) {
    List<PreferencePair> batch = new ArrayList<>();
    int size = settings.update().samples();
    for (int i = 0; i < size; i++) {
      batch.add(pairs.training().get(shuffle.at((long) step * size + i)));
    }
    return batch;
  }
}
