package org.align4j.algorithms.conformance;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableDoubleArray;
import java.util.HashMap;
import java.util.Map;
import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.advantage.RewardParts;
import org.align4j.algorithms.kl.KlController;
import org.align4j.algorithms.kl.TokenKl;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cases of KL and advantages. */
final class RewardCases {

  private RewardCases() {}

  static Map<String, INDArray> kl(ConformanceCase file) {
    TokenKl kl = TokenKl.of(file.name(), CaseConvention.of(file).klClamp(file.name()));
    INDArray logProbs = file.input("log_probs");
    INDArray reference = file.input("ref_log_probs");
    INDArray mask = file.input("mask");
    return ImmutableMap.of(
        "kl", kl.value(logProbs, reference, mask),
        "grad", kl.derivative(logProbs, reference, mask));
  }

  static Map<String, INDArray> advantage(ConformanceCase file) {
    Experience experience =
        Experience.of(
                file.input("mask"),
                file.input("old_log_probs"),
                file.inputOrNull("ref_log_probs"),
                file.input("rewards"),
                groups(file))
            .withValues(file.inputOrNull("values"))
            .withGreedyRewards(file.inputOrNull("greedy_rewards"))
            .withParts(parts(file));
    JsonNode clip = file.config().path("reward_clip");
    // OpenRLHF takes a coefficient below 0 for 0.
    AdvantageSettings settings =
        AdvantageSettings.of(CaseConvention.of(file))
            .withGamma(file.number("gamma", 1))
            .withLambda(file.number("lam", 1))
            .withKl(Math.max(0, file.number("kl_coef", 0)), file.word("kl_estimator", "k1"))
            .withRewardClip(
                clip.isArray() ? clip.get(0).asDouble() : Double.NEGATIVE_INFINITY,
                clip.isArray() ? clip.get(1).asDouble() : Double.POSITIVE_INFINITY);
    Advantages advantages =
        AdvantageEstimator.registry().get(file.name()).estimate(experience, settings);
    return ImmutableMap.of(
        "advantages", advantages.advantages(),
        "returns", advantages.returns(),
        "shaped_return", advantages.shapedReturn(),
        "kl", advantages.kl());
  }

  /** Single rewards [K,B] with their weights, where a case has them. */
  private static @Nullable RewardParts parts(ConformanceCase file) {
    INDArray components = file.inputOrNull("components");
    if (components == null) {
      return null;
    }
    ImmutableDoubleArray.Builder weights = ImmutableDoubleArray.builder();
    file.config().path("weights").forEach(weight -> weights.add(weight.asDouble()));
    return new RewardParts(components, weights.build());
  }

  /** Groups by any label: numbers or strings. */
  private static Groups groups(ConformanceCase file) {
    JsonNode labels = file.inputs().path("group");
    checkArgument(labels.isArray(), "inputs.group is missing: advantage needs it");
    Map<String, Integer> ids = new HashMap<>();
    int[] group = new int[labels.size()];
    for (int i = 0; i < group.length; i++) {
      Integer id = ids.computeIfAbsent(labels.get(i).asText(), _ -> ids.size());
      group[i] = id;
    }
    return Groups.of(group);
  }

  static Map<String, INDArray> controller(ConformanceCase file) {
    double init = file.number("init");
    KlController controller =
        file.name().equals("fixed")
            ? new KlController.Fixed(init)
            : new KlController.Adaptive(init, file.number("target"), file.number("horizon"));
    double[] kl = file.input("kl").toDoubleVector();
    double[] coefficients = new double[kl.length];
    long steps = (long) file.number("steps", 1);
    for (int i = 0; i < kl.length; i++) {
      controller = controller.update(kl[i], steps);
      coefficients[i] = controller.coefficient();
    }
    return ImmutableMap.of("coef", Nd4j.createFromArray(coefficients));
  }
}
