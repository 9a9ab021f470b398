package org.align4j.bench.reproduce.study;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.algorithms.run.log.MetricRows;

/**
 * What is kept of a run: small enough to be committed.
 *
 * @param condition its name
 * @param metrics by name, a value an update
 * @param before evaluation of the policy that it started from; empty for none
 * @param after evaluation of the policy that it made; empty for none
 * @param wall seconds by phase of all updates but the first, which compiles
 * @param cpu processor seconds, likewise
 * @param tokens by phase, likewise
 */
public record RunRecord(
    String condition,
    long seed,
    ImmutableMap<String, List<Double>> metrics,
    ImmutableMap<String, Double> before,
    ImmutableMap<String, Double> after,
    ImmutableMap<String, Double> wall,
    ImmutableMap<String, Double> cpu,
    ImmutableMap<String, Double> tokens) {

  private static final ImmutableList<String> KEPT =
      ImmutableList.of(
          "train/actor_lr",
          "train/kl",
          "train/return",
          "train/policy_loss",
          "train/reward",
          "train/reward_std",
          "train/response_length",
          "train/total_length",
          "train/gradient_norm",
          "train/entropy",
          "train/clip_fraction",
          "score/model",
          "score/math");

  /** Reads the metrics of a run that is done. */
  static RunRecord read(String condition, long seed, Path metricsFile) {
    Map<String, List<Double>> metrics = new LinkedHashMap<>();
    Map<String, Double> before = new TreeMap<>();
    Map<String, Double> after = new TreeMap<>();
    Map<String, Double> wall = new TreeMap<>();
    Map<String, Double> cpu = new TreeMap<>();
    Map<String, Double> tokens = new TreeMap<>();
    MetricRows.read(
        metricsFile,
        (step, row) ->
            row.forEach((name, value) -> {
              if (name.startsWith("eval/")) {
                (step == 0 ? before : after).put(name, single(value));
              } else if (KEPT.contains(name)) {
                metrics.computeIfAbsent(name, key -> new ArrayList<>()).add(single(value));
              } else if (step > 1) {
                add(wall, "time/", name, value);
                add(cpu, "cpu/", name, value);
                add(tokens, "tokens/", name, value);
              }
            }));
    checkArgument(!metrics.isEmpty(), "%s has no steps", metricsFile);
    return new RunRecord(
        condition,
        seed,
        ImmutableMap.copyOf(metrics),
        ImmutableMap.copyOf(before),
        ImmutableMap.copyOf(after),
        ImmutableMap.copyOf(wall),
        ImmutableMap.copyOf(cpu),
        ImmutableMap.copyOf(tokens));
  }

  private static void add(Map<String, Double> sums, String prefix, String name, double value) {
    if (name.startsWith(prefix)) {
      sums.merge(name.substring(prefix.length()), value, Double::sum);
    }
  }

  /** As the file will have it, so that a page made at once is that made of the file. */
  private static double single(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }

  /** A metric, an update a value. */
  public double[] metric(String name) {
    List<Double> values = metrics.get(name);
    checkArgument(values != null, "%s, seed %s has no %s", condition, seed, name);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
