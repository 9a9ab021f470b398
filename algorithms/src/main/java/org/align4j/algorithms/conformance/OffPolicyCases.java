package org.align4j.algorithms.conformance;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.align4j.algorithms.offpolicy.OffPolicy.Level;
import org.align4j.algorithms.offpolicy.OffPolicy.Statistic;
import org.align4j.algorithms.offpolicy.OffPolicy.Weight;
import org.align4j.algorithms.offpolicy.OffPolicyWeights;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cases of gates and weights, with the options of each peer under its own names. */
final class OffPolicyCases {

  private OffPolicyCases() {}

  static Map<String, INDArray> run(ConformanceCase file) {
    INDArray mask = file.input("mask");
    INDArray old = file.input("old_log_probs");
    INDArray logProbs = file.inputOrNull("log_probs");
    INDArray advantages = file.inputOrNull("advantages");
    OffPolicyWeights answer =
        OffPolicyWeights.of(
            settings(file),
            new OffPolicyWeights.Batch(
                logProbs == null ? old : logProbs,
                old,
                file.input("rollout_log_probs"),
                advantages == null ? Nd4j.onesLike(mask) : advantages,
                mask));
    return ImmutableMap.of("mask", answer.kept(), "weights", answer.weights());
  }

  /** By the options of the peer, or, without any, by what the case is called. */
  static OffPolicy settings(ConformanceCase file) {
    if (file.config().has("is_correction_level")) {
      return openRlhf(file);
    } else if (file.config().hasNonNull("rollout_is") || file.config().hasNonNull("rollout_rs")) {
      return verl(file);
    } else if (file.config().has("off_policy_mask_threshold")) {
      return OffPolicy.NONE.withNegativeLimit(file.number("off_policy_mask_threshold"));
    }
    List<String> words = List.of(file.name().split("[-_]"));
    double low = file.number("is_low", 0.5);
    double high = file.number("is_high", 5);
    if (words.contains("tis")) {
      return OffPolicy.NONE.withWeight(Weight.TOKEN, low, high);
    }
    return words.contains("icepop")
        ? importance(Weight.TOKEN).withGate(Statistic.RATIO, Level.TOKEN, low, high)
        : OffPolicy.NONE;
  }

  private static OffPolicy importance(Weight weight) {
    return OffPolicy.NONE.withWeight(weight, 0, Double.POSITIVE_INFINITY);
  }

  private static OffPolicy openRlhf(ConformanceCase file) {
    String level = file.word("is_correction_level", "off");
    if (level.equals("off")) {
      return OffPolicy.NONE;
    }
    JsonNode threshold = file.config().path("is_correction_threshold");
    checkArgument(
        threshold.size() == 2,
        "config.is_correction_threshold is %s: it must be two numbers",
        threshold);
    double low = threshold.get(0).asDouble();
    double high = threshold.get(1).asDouble();
    if (file.word("is_correction_mode", "mask").equals("clip")) {
      return OffPolicy.NONE.withWeight(Weight.TOKEN, low, high);
    }
    Statistic statistic =
        switch (file.word("is_correction_gating", "ratio")) {
          case "binary_kl" -> Statistic.BINARY_KL;
          case "tv" -> Statistic.TV;
          default -> Statistic.RATIO;
        };
    return importance(Weight.TOKEN)
        .withGate(statistic, level.equals("seq") ? Level.SEQUENCE : Level.TOKEN, low, high);
  }

  /**
   * verl: weights with one bound are truncated, with two are zeroed outside; rejection leaves out
   * by a KL estimate, for k1 within the logarithms of two ratios. One rejection rule at a time.
   */
  private static OffPolicy verl(ConformanceCase file) {
    OffPolicy settings = OffPolicy.NONE;
    String weight = file.word("rollout_is", "");
    if (!weight.isEmpty()) {
      List<Double> bounds = bounds(file.word("rollout_is_threshold", "2"));
      boolean token = weight.equals("token");
      Weight weighed = token ? Weight.TOKEN : Weight.SEQUENCE;
      settings =
          bounds.size() == 1
              ? settings.withWeight(weighed, 0, bounds.get(0))
              : importance(weighed)
                  .withGate(
                      Statistic.RATIO,
                      token ? Level.TOKEN : Level.SEQUENCE_SUM,
                      bounds.get(0),
                      bounds.get(1));
    }
    String rule = file.word("rollout_rs", "");
    if (rule.isEmpty()) {
      return settings;
    }
    checkArgument(
        settings.gate() == Statistic.NONE && !rule.contains(","),
        "config.rollout_rs is %s: one gate at a time",
        rule);
    Level level =
        rule.startsWith("token")
            ? Level.TOKEN
            : rule.startsWith("seq_sum")
                ? Level.SEQUENCE_SUM
                : rule.startsWith("seq_max") ? Level.SEQUENCE_MAX : Level.SEQUENCE;
    List<Double> bounds = bounds(file.word("rollout_rs_threshold", ""));
    double high = bounds.get(bounds.size() - 1);
    if (rule.endsWith("k1")) {
      double low = bounds.size() == 1 ? 1 / high : bounds.get(0);
      return settings.withGate(Statistic.K1, level, Math.log(low), Math.log(high));
    }
    return settings.withGate(rule.endsWith("k2") ? Statistic.K2 : Statistic.K3, level, 0, high);
  }

  /** {@code "2"} or {@code "0.5_2"}. */
  private static List<Double> bounds(String threshold) {
    return Splitter.on('_').splitToStream(threshold).map(Double::valueOf).toList();
  }
}
