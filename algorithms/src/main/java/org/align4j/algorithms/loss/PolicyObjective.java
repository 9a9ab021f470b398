package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkNotNull;
import static org.align4j.algorithms.registry.ExtensionException.guard;
import static org.align4j.algorithms.registry.ExtensionException.shaped;

import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.kl.TokenKl;
import org.align4j.algorithms.offpolicy.OffPolicyWeights;
import org.align4j.core.tensor.Masked;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The whole policy objective: a surrogate, its aggregation, off-policy gate and weights, KL term
 * and entropy bonus. {@code objective.evaluate(inputs, totals)} per micro-batch, with the totals of
 * the mini-batch; results add up.
 */
public final class PolicyObjective {

  private static final String NOUN = "policy loss";

  private final PolicyLoss loss;
  private final PolicyLossSettings settings;
  private final TokenKl kl;

  /** A surrogate under settings. */
  public PolicyObjective(PolicyLoss loss, PolicyLossSettings settings) {
    this.loss = loss;
    this.settings = settings;
    this.kl =
        TokenKl.of(settings.klEstimator(), settings.convention().klClamp(settings.klEstimator()));
  }

  /** The settings. */
  public PolicyLossSettings settings() {
    return settings;
  }

  /** The loss of a whole mini-batch at once. */
  public LossResult evaluate(PolicyLossInputs inputs) {
    return evaluate(inputs, BatchTotals.of(inputs.mask()));
  }

  /**
   * Loss, gradient by the log-probs (and by the entropy) and statistics: {@code policy_loss} (the
   * surrogate alone), {@code clip_fraction}, {@code approx_kl} ({@code −mean(log π − log π_old)}),
   * {@code ratio_deviation_max} ({@code max |ρ − 1|}), and {@code kl_loss} and {@code entropy}
   * where there are any. With rollout log-probs {@code off_policy_kl} ({@code mean(log μ − log
   * π_old)}); with a gate or weights {@code gated_tokens}, {@code gated_sequences} (shares) and
   * {@code off_policy_weight} (mean, 0 where gated).
   *
   * @param totals of the mini-batch that the inputs are a part of
   */
  public LossResult evaluate(PolicyLossInputs inputs, BatchTotals totals) {
    INDArray mask = inputs.mask();
    INDArray weights = weights(mask, totals);
    @Nullable OffPolicyWeights offPolicy = settings.offPolicy().isOn() ? offPolicy(inputs) : null;
    INDArray corrected = weights.mul(offPolicy == null ? mask : offPolicy.weights());
    Surrogate surrogate = surrogate(inputs, corrected);
    double policyLoss = Masked.sum(surrogate.losses(), corrected);
    double total = policyLoss;
    INDArray gradient = surrogate.gradient();

    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs()).muli(mask);
    ImmutableMap.Builder<String, Double> statistics = ImmutableMap.builder();
    statistics.put("policy_loss", policyLoss);
    statistics.put("clip_fraction", Masked.sum(surrogate.clipped(), mask) / totals.tokens());
    statistics.put("approx_kl", -logRatio.sumNumber().doubleValue() / totals.tokens());
    statistics.put(
        "ratio_deviation_max",
        Transforms.abs(Transforms.exp(logRatio, true).subi(1), false).maxNumber().doubleValue());
    measure(inputs, offPolicy, totals, statistics);

    if (settings.klCoefficient() > 0) {
      INDArray reference =
          checkNotNull(
              inputs.refLogProbs(),
              "refLogProbs are missing: klCoefficient is %s, so score the reference model or set it"
                  + " to 0",
              settings.klCoefficient());
      double klLoss = Masked.sum(kl.value(inputs.logProbs(), reference, mask), weights);
      total += settings.klCoefficient() * klLoss;
      gradient =
          gradient.add(
              kl.derivative(inputs.logProbs(), reference, mask)
                  .muli(weights)
                  .muli(settings.klCoefficient()));
      statistics.put("kl_loss", klLoss);
    }

    INDArray entropy = inputs.entropy();
    @Nullable INDArray entropyGradient = null;
    if (entropy != null) {
      statistics.put("entropy", Masked.sum(entropy, mask) / totals.tokens());
    }
    if (settings.entropyCoefficient() != 0) {
      checkNotNull(
          entropy,
          "entropy is missing: entropyCoefficient is %s, so pass the entropy or set it to 0",
          settings.entropyCoefficient());
      total -= settings.entropyCoefficient() * Masked.sum(entropy, weights);
      entropyGradient = weights.mul(-settings.entropyCoefficient());
    }
    return new LossResult(total, gradient, entropyGradient, statistics.buildOrThrow());
  }

  /**
   * What each token counts in the loss, {@code [B,T]}, 0 where masked.
   *
   * @param totals of the mini-batch that the mask is a part of
   */
  public INDArray weights(INDArray mask, BatchTotals totals) {
    return AggregationWeights.of(
        mask,
        guard(NOUN, loss.name(), () -> loss.aggregation(settings)),
        settings.constantLength(),
        settings.convention().loss().countsEmptyRows(),
        totals);
  }

  /** The loss may be a user's. */
  private Surrogate surrogate(PolicyLossInputs inputs, INDArray weights) {
    Surrogate answer = guard(NOUN, loss.name(), () -> loss.evaluate(inputs, weights, settings));
    INDArray mask = inputs.mask();
    return new Surrogate(
        shaped(NOUN, loss.name(), " losses", answer.losses(), mask),
        shaped(NOUN, loss.name(), " gradient", answer.gradient(), mask),
        shaped(NOUN, loss.name(), " clipped", answer.clipped(), mask));
  }

  private OffPolicyWeights offPolicy(PolicyLossInputs inputs) {
    INDArray rollout =
        checkNotNull(
            inputs.rolloutLogProbs(),
            "rolloutLogProbs are missing: gates and weights compare the policy that sampled; pass its"
                + " log-probs, or set no gate and no weight");
    return OffPolicyWeights.of(
        settings.offPolicy(),
        new OffPolicyWeights.Batch(
            inputs.logProbs(), inputs.oldLogProbs(), rollout, inputs.advantages(), inputs.mask()));
  }

  private static void measure(
      PolicyLossInputs inputs,
      @Nullable OffPolicyWeights offPolicy,
      BatchTotals totals,
      ImmutableMap.Builder<String, Double> statistics) {
    INDArray mask = inputs.mask();
    INDArray rollout = inputs.rolloutLogProbs();
    if (rollout != null) {
      statistics.put(
          "off_policy_kl", Masked.sum(rollout.sub(inputs.oldLogProbs()), mask) / totals.tokens());
    }
    if (offPolicy != null) {
      INDArray lengths = mask.sum(1);
      INDArray gated = lengths.gt(0).castTo(mask.dataType());
      gated.muli(offPolicy.kept().sum(1).eq(0).castTo(mask.dataType()));
      statistics.put("gated_tokens", Masked.count(mask.sub(offPolicy.kept())) / totals.tokens());
      statistics.put("gated_sequences", Masked.count(gated) / totals.filledSequences());
      statistics.put(
          "off_policy_weight", offPolicy.weights().sumNumber().doubleValue() / totals.tokens());
    }
  }
}
