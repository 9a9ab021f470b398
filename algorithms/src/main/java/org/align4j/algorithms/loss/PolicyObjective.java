package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkNotNull;
import static org.align4j.algorithms.registry.ExtensionException.guard;
import static org.align4j.algorithms.registry.ExtensionException.shaped;

import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.convention.RolloutCorrection;
import org.align4j.algorithms.kl.TokenKl;
import org.align4j.core.tensor.Masked;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The whole policy objective: a surrogate, its aggregation, off-policy correction, KL term and
 * entropy bonus. {@code objective.evaluate(inputs, totals)} per micro-batch, with the totals of the
 * mini-batch; results add up.
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
   * where there are any.
   *
   * @param totals of the mini-batch that the inputs are a part of
   */
  public LossResult evaluate(PolicyLossInputs inputs, BatchTotals totals) {
    INDArray mask = inputs.mask();
    INDArray weights = weights(mask, totals);
    INDArray corrected = weights.mul(correction(inputs));
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

  /** Weights of tokens by how far the generator was from the old policy; without gradient. */
  private INDArray correction(PolicyLossInputs inputs) {
    RolloutCorrection correction = settings.correction();
    if (correction.kind() == RolloutCorrection.Kind.NONE) {
      return inputs.mask();
    }
    INDArray rollout =
        checkNotNull(
            inputs.rolloutLogProbs(),
            "rolloutLogProbs are missing: %s needs the generator's own log-probs",
            correction.kind());
    INDArray ratio = Transforms.exp(inputs.oldLogProbs().sub(rollout), false);
    return switch (correction.kind()) {
      case NONE -> inputs.mask();
      case TIS -> Masked.clip(ratio, correction.low(), correction.high());
      case ICEPOP -> Masked.inside(ratio, correction.low(), correction.high()).muli(ratio);
    };
  }
}
