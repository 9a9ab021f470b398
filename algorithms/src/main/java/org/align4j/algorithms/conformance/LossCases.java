package org.align4j.algorithms.conformance;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.BradleyTerry;
import org.align4j.algorithms.loss.DirectPreference;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.algorithms.loss.PairLoss;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.algorithms.loss.ValueLoss;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cases of losses. */
final class LossCases {

  private LossCases() {}

  static Map<String, INDArray> policy(CaseFile file) {
    PolicyLossInputs inputs =
        PolicyLossInputs.of(
                file.input("log_probs"),
                file.input("old_log_probs"),
                file.input("advantages"),
                file.input("mask"))
            .withRolloutLogProbs(file.inputOrNull("rollout_log_probs"))
            .withRefLogProbs(file.inputOrNull("ref_log_probs"));
    Convention convention = CaseConvention.of(file);
    PolicyLossSettings settings =
        PolicyLossSettings.of(convention)
            .withClip(file.number("clip_low", 0.2), file.number("clip_high", 0.2))
            .withDualClip(file.number("dual_clip", file.number("delta", Double.POSITIVE_INFINITY)))
            .withAggregation(aggregation(file, convention), (long) file.number("max_length", 0))
            .withKl(file.number("kl_loss_coef", 0), file.word("kl_loss_estimator", "k3"))
            .withOffPolicy(OffPolicyCases.settings(file));
    LossResult result =
        new PolicyObjective(PolicyLoss.registry().get(loss(file.name())), settings)
            .evaluate(inputs);
    return ImmutableMap.of(
        "loss", scalar(result.loss()),
        "grad", result.gradient(),
        "clip_fraction", scalar(result.statistic("clip_fraction")),
        "approx_kl", scalar(result.statistic("approx_kl")));
  }

  /** The aggregation of a case, by the name that its peer had for it. */
  private static Aggregation aggregation(CaseFile file, Convention convention) {
    return convention
        .loss()
        .meaning(Aggregation.of(file.word("aggregation", Aggregation.TOKEN_MEAN.label())));
  }

  /** A case is named after its loss or after what it varies about PPO's. */
  private static String loss(String name) {
    List<String> words = List.of(name.split("[-_]"));
    if (words.contains("gspo")) {
      return "gspo";
    }
    if (words.contains("cispo")) {
      return "cispo";
    }
    return words.contains("gpg") || words.contains("reinforce") ? "reinforce" : "ppo-clip";
  }

  static Map<String, INDArray> value(CaseFile file) {
    INDArray mask = file.input("mask");
    ValueLoss loss =
        new ValueLoss(
            file.number("clip", Double.POSITIVE_INFINITY),
            aggregation(file, CaseConvention.of(file)),
            (long) file.number("max_length", 0));
    LossResult result =
        loss.evaluate(
            file.input("values"),
            file.input("old_values"),
            file.input("returns"),
            mask,
            BatchTotals.of(mask));
    return ImmutableMap.of("loss", scalar(result.loss()), "grad", result.gradient());
  }

  static Map<String, INDArray> preference(CaseFile file) {
    if (file.name().startsWith("bradley-terry")) {
      PairLoss loss =
          BradleyTerry.PLAIN.evaluate(
              file.input("chosen"), file.input("rejected"), file.inputOrNull("margin"));
      return ImmutableMap.of(
          "loss", scalar(loss.loss()),
          "grad_chosen", loss.chosenGradient(),
          "grad_rejected", loss.rejectedGradient());
    }
    DirectPreference.Form form =
        file.name().contains("ipo")
            ? DirectPreference.Form.SQUARED
            : DirectPreference.Form.LOGISTIC;
    PairLoss loss =
        new DirectPreference(
                form,
                file.number("beta"),
                file.number("label_smoothing", 0),
                DirectPreference.Length.SUM)
            .evaluate(
                file.input("policy_chosen"),
                file.input("policy_rejected"),
                file.input("ref_chosen"),
                file.input("ref_rejected"));
    return ImmutableMap.of(
        "loss", scalar(loss.loss()),
        "grad_policy_chosen", loss.chosenGradient(),
        "grad_policy_rejected", loss.rejectedGradient());
  }

  private static INDArray scalar(double value) {
    return Nd4j.scalar(DataType.DOUBLE, value);
  }
}
