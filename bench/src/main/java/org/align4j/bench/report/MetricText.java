package org.align4j.bench.report;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.train.report.Metric;

/**
 * What the page says about a metric.
 *
 * @param unit unit, {@code -} for none
 * @param description what it measures
 * @param healthy where its values should be, empty if nothing is known
 */
record MetricText(String unit, String description, String healthy) {

  private static final ImmutableMap<String, MetricText> KNOWN =
      Arrays.stream(Metric.values())
          .collect(
              ImmutableMap.toImmutableMap(
                  Metric::label,
                  metric -> new MetricText(metric.unit(), metric.description(), metric.healthy())));

  /** Panels of the paper's figures, in their order. */
  static final List<String> PAPER =
      List.of(
          "train/actor_lr",
          "train/kl",
          "train/return",
          "train/policy_loss",
          "train/reward",
          "train/response_length",
          "train/total_length");

  static MetricText of(String name) {
    MetricText known = KNOWN.get(name);
    if (known != null) {
      return known;
    }
    if (name.startsWith("reward/")) {
      return new MetricText("-", "from the reward: " + rest(name), "");
    }
    if (name.startsWith("eval/")) {
      return new MetricText("-", "on held-out prompts: " + rest(name), "");
    }
    return new MetricText("-", "not described: another program or version wrote it", "");
  }

  private static String rest(String name) {
    return name.substring(name.indexOf('/') + 1).replace('_', ' ');
  }

  /** Names that this version writes, in the order of its table. */
  static List<String> known() {
    return KNOWN.keySet().asList();
  }
}
