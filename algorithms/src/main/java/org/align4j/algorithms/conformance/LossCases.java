package org.align4j.algorithms.conformance;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.LossOptions;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.align4j.algorithms.loss.ValueLoss;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.loss.preference.DirectPreference;
import org.align4j.algorithms.loss.preference.Kto;
import org.align4j.algorithms.loss.preference.Orpo;
import org.align4j.algorithms.loss.preference.PairLoss;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.loss.preference.ResponseLogProbs;
import org.align4j.algorithms.loss.preference.SimPo;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Cases of losses. */
final class LossCases {

  private LossCases() {}

  static Map<String, INDArray> policy(ConformanceCase file) {
    PolicyLossInputs inputs =
        PolicyLossInputs.of(
                file.input("log_probs"),
                file.input("old_log_probs"),
                file.input("advantages"),
                file.input("mask"))
            .withRolloutLogProbs(file.inputOrNull("rollout_log_probs"))
            .withRefLogProbs(file.inputOrNull("ref_log_probs"))
            .withEntropy(file.inputOrNull("entropy"))
            .withRight(file.inputOrNull("right"));
    Convention convention = CaseConvention.of(file);
    PolicyLossSettings settings =
        PolicyLossSettings.of(convention)
            .withClip(file.number("clip_low", 0.2), file.number("clip_high", 0.2))
            .withDualClip(file.number("dual_clip", file.number("delta", Double.POSITIVE_INFINITY)))
            .withAggregation(aggregation(file, convention), (long) file.number("max_length", 0))
            .withKl(file.number("kl_loss_coef", 0), file.word("kl_loss_estimator", "k3"))
            .withOffPolicy(OffPolicyCases.settings(file))
            .withEntropyCoefficient(file.number("entropy_coef", 0))
            .withOptions(options(file));
    LossResult result =
        new PolicyObjective(PolicyLoss.registry().get(loss(file.name())), settings)
            .evaluate(inputs);
    Map<String, INDArray> answer = new HashMap<>();
    answer.put("loss", scalar(result.loss()));
    answer.put("grad", result.gradient());
    answer.put("clip_fraction", scalar(result.statistic("clip_fraction")));
    answer.put("approx_kl", scalar(result.statistic("approx_kl")));
    if (result.entropyGradient() != null) {
      answer.put("entropy_grad", result.entropyGradient());
    }
    return answer;
  }

  /** DPPO and GMPO have their bounds where other losses have the clip, as in the peers. */
  private static LossOptions options(ConformanceCase file) {
    SurrogateOptions usual = SurrogateOptions.DEFAULT;
    SurrogateOptions surrogate =
        usual
            .withSapo(
                file.number("sapo_positive", usual.sapoPositive()),
                file.number("sapo_negative", usual.sapoNegative()))
            .withDppo(
                file.number("clip_low", usual.dppoLow()),
                file.number("clip_high", usual.dppoHigh()),
                file.number("dppo_cap", usual.dppoCap()))
            .withGmpo(
                file.number("clip_low", usual.gmpoLow()),
                file.number("clip_high", usual.gmpoHigh()))
            .withCov(
                file.number("cov_share", usual.covShare()),
                file.number("cov_low", usual.covLow()),
                file.number("cov_high", usual.covHigh()),
                file.number("cov_penalty", usual.covPenalty()));
    return LossOptions.DEFAULT
        .withSurrogate(surrogate)
        .withKlWeighting(
            KlWeighting.valueOf(
                Ascii.toUpperCase(file.word("kl_weighting", KlWeighting.NONE.name()))))
        .withTopEntropy(file.number("top_entropy", 1))
        .withPositiveNll(file.number("positive_nll", 0));
  }

  /** The aggregation of a case, by the name that its peer had for it. */
  private static Aggregation aggregation(ConformanceCase file, Convention convention) {
    return convention
        .loss()
        .meaning(Aggregation.of(file.word("aggregation", Aggregation.TOKEN_MEAN.label())));
  }

  /** A case is named after its loss or after what it varies about PPO's. */
  private static String loss(String name) {
    List<String> words = List.of(name.split("[-_]"));
    for (String loss : PolicyLoss.registry().names()) {
      if (words.containsAll(List.of(loss.split("-")))) {
        return loss;
      }
    }
    return words.contains("gpg") || words.contains("reinforce") ? "reinforce" : "ppo-clip";
  }

  static Map<String, INDArray> value(ConformanceCase file) {
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

  static Map<String, INDArray> preference(ConformanceCase file) {
    if (file.name().startsWith("bradley-terry")) {
      PairLoss loss =
          BradleyTerry.PLAIN.evaluate(
              file.input("chosen"), file.input("rejected"), file.inputOrNull("margin"));
      return ImmutableMap.of(
          "loss", scalar(loss.loss()),
          "grad_chosen", loss.chosenGradient(),
          "grad_rejected", loss.rejectedGradient());
    }
    if (List.of("simpo", "orpo", "kto").contains(file.name())) {
      return neighbour(file);
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

  private static Map<String, INDArray> neighbour(ConformanceCase file) {
    double beta = file.number("beta");
    PolicyPairLoss preference =
        switch (file.name()) {
          case "simpo" -> new SimPo(beta, file.number("margin"));
          case "orpo" -> new Orpo(beta);
          default -> new Kto(beta, file.number("desirable", 1), file.number("undesirable", 1));
        };
    PairLoss loss =
        preference.evaluate(side(file, "chosen"), side(file, "rejected"), file.number("kl", 0));
    return ImmutableMap.of(
        "loss", scalar(loss.loss()),
        "grad_policy_chosen", loss.chosenGradient(),
        "grad_policy_rejected", loss.rejectedGradient());
  }

  private static ResponseLogProbs side(ConformanceCase file, String side) {
    INDArray policy = file.input("policy_" + side);
    INDArray reference = file.inputOrNull("ref_" + side);
    INDArray lengths = file.inputOrNull(side + "_lengths");
    return new ResponseLogProbs(
        policy,
        reference == null ? Nd4j.zerosLike(policy) : reference,
        lengths == null ? Nd4j.onesLike(policy) : lengths);
  }

  private static INDArray scalar(double value) {
    return Nd4j.scalar(DataType.DOUBLE, value);
  }
}
