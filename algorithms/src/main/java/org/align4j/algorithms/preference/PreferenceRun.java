package org.align4j.algorithms.preference;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.PreferenceTrainer;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.LearningRateSchedule;
import org.align4j.core.random.CounterRandom;

/**
 * Trains on pairs in an order of its own for every pass, and evaluates on held-out pairs on the
 * way. A batch may reach into the next pass, so every step has as many pairs.
 */
public final class PreferenceRun {

  private static final long ORDER = CounterRandom.stream("preference order");

  private final PreferenceTrainer trainer;
  private final PairSplit pairs;
  private final PreferenceSettings settings;
  private final int steps;
  private final LearningRateSchedule schedule;
  private int[] order = {};
  private long shuffledPass = -1;

  /** A run at its beginning; the trainer stays the caller's. */
  public PreferenceRun(PreferenceTrainer trainer, PairSplit pairs, PreferenceSettings settings) {
    this.trainer = trainer;
    this.pairs = pairs;
    this.settings = settings;
    this.steps = settings.stepsOver(pairs.training().size());
    this.schedule =
        LearningRateSchedule.cosine(
            settings.learningRate(), Math.round(settings.warmupRatio() * steps), steps);
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
    for (int step = 0; step < steps; step++) {
      PreferenceTrainer.Report report = trainer.step(batch(step), schedule.at(step));
      var metrics = ImmutableMap.<String, Double>builder();
      metrics.putAll(report.scores().metrics());
      metrics.put("learning_rate", report.learningRate());
      metrics.put("grad_norm", report.gradientNorm());
      metrics.put("skipped_steps", report.applied() ? 0.0 : 1.0);
      if (!pairs.heldOut().isEmpty() && isEvaluated(step + 1)) {
        evaluate().metrics().forEach((name, value) -> metrics.put("eval_" + name, value));
      }
      sink.record(step + 1, metrics.buildOrThrow());
      listener.onMetrics(step + 1, steps, metrics.buildOrThrow());
    }
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
    for (int i = 0; i < settings.batchSize(); i++) {
      batch.add(pairs.training().get(index((long) step * settings.batchSize() + i)));
    }
    return batch;
  }

  /** Every pass over the pairs is in another order, which depends on seed and pass only. */
  private int index(long position) {
    int size = pairs.training().size();
    long pass = position / size;
    if (pass != shuffledPass) {
      order = new int[size];
      for (int i = 0; i < size; i++) {
        int j = (int) (CounterRandom.uniform(settings.seed() ^ ORDER, pass, i) * (i + 1));
        order[i] = order[j];
        order[j] = i;
      }
      shuffledPass = pass;
    }
    return order[(int) (position % size)];
  }
}
