package org.align4j.algorithms.run.guard;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.align4j.algorithms.settings.run.GuardSettings;
import org.align4j.algorithms.train.report.Metric;

/**
 * Watches the metrics of a run for signs of failure. Each guard warns once, and says what to do.
 * What it has seen is a function of the metrics alone, so a resumed run hears the rows of its
 * {@code metrics.jsonl} again.
 */
public final class Guards {

  private final GuardSettings settings;
  private final Deque<Map<String, Double>> window = new ArrayDeque<>();
  private final List<Map<String, Double>> beginning = new ArrayList<>();
  private final Set<String> spoken = new HashSet<>();

  /** Guards that have seen nothing. */
  public Guards(GuardSettings settings) {
    this.settings = settings;
  }

  /** Looks at the row of a step; answers the new warnings, in order. */
  public ImmutableList<GuardEvent> observe(long step, Map<String, Double> row) {
    window.addLast(row);
    if (beginning.size() < settings.window()) {
      beginning.add(row);
    }
    if (window.size() > settings.window()) {
      window.removeFirst();
    }
    if (window.size() < settings.window()) {
      return ImmutableList.of();
    }
    List<GuardEvent> events = new ArrayList<>();
    kl(step, events);
    entropy(step, events);
    clipFraction(step, events);
    idle(step, events);
    truncated(step, events);
    length(step, events);
    return ImmutableList.copyOf(events);
  }

  private void kl(long step, List<GuardEvent> events) {
    double kl = mean(window, Metric.KL);
    speak(
        kl < -settings.klSlack(),
        step,
        "kl-negative",
        "train/kl is %.4f on average over %d steps; it estimates a KL divergence, which is at least 0:"
            + " sampling and scoring disagree, or the reference is not the model the run began with",
        kl,
        events);
  }

  private void entropy(long step, List<GuardEvent> events) {
    double entropy = mean(window, Metric.ENTROPY);
    speak(
        entropy < settings.entropyFloor(),
        step,
        "entropy-low",
        "train/entropy is %.4f nats a token on average over %d steps: the policy says nearly always"
            + " the same; lower update.learningRate, or raise kl.coefficient or"
            + " objective.entropyCoefficient",
        entropy,
        events);
  }

  private void clipFraction(long step, List<GuardEvent> events) {
    double clipped = mean(window, Metric.CLIP_FRACTION);
    speak(
        clipped > settings.clipFraction(),
        step,
        "clip-fraction-high",
        "train/clip_fraction is %.3f on average over %d steps: the policy moves further in one batch"
            + " than the clip allows; lower update.learningRate or update.epochs",
        clipped,
        events);
  }

  private void idle(long step, List<GuardEvent> events) {
    double idle = least(Metric.IDLE_SAMPLES);
    speak(
        idle >= 1,
        step,
        "all-groups-equal",
        "train/idle_samples is %.1f in each of %d steps: every advantage is 0 and nothing is learnt;"
            + " the prompts are too hard or too easy, or the reward cannot tell responses apart",
        idle,
        events);
  }

  private void truncated(long step, List<GuardEvent> events) {
    double truncated = least(Metric.TRUNCATED);
    speak(
        truncated >= 1,
        step,
        "all-truncated",
        "train/truncated is %.1f in each of %d steps: no response ends by itself; raise"
            + " rollout.maxNewTokens, or check that the model knows its end-of-sequence token",
        truncated,
        events);
  }

  private void length(long step, List<GuardEvent> events) {
    double growth = mean(window, Metric.RESPONSE_LENGTH) / mean(beginning, Metric.RESPONSE_LENGTH);
    boolean better = mean(window, Metric.REWARD) > mean(beginning, Metric.REWARD);
    speak(
        better && growth > settings.lengthGrowth(),
        step,
        "length-explodes",
        "responses are %.1f times as long as in the first %d steps, and the reward rises with them:"
            + " read completions.jsonl whether it pays for length; rewards.lengthBuffer and"
            + " rewards.truncation make length cost",
        growth,
        events);
  }

  private void speak(
      boolean when,
      long step,
      String guard,
      String message,
      double value,
      List<GuardEvent> events) {
    if (when && spoken.add(guard)) {
      events.add(
          GuardEvent.warning(
              step, guard, String.format(Locale.ROOT, message, value, settings.window())));
    }
  }

  /** NaN, for which no guard warns, where no row has the metric. */
  private static double mean(Iterable<Map<String, Double>> rows, Metric metric) {
    double sum = 0;
    int count = 0;
    for (Map<String, Double> row : rows) {
      Double value = row.get(metric.label());
      if (value != null) {
        sum += value;
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  private double least(Metric metric) {
    return window.stream()
        .mapToDouble(row -> row.getOrDefault(metric.label(), 0.0))
        .min()
        .orElse(Double.NaN);
  }
}
