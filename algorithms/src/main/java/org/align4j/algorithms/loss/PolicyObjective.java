package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;
import static org.align4j.algorithms.registry.ExtensionException.guard;
import static org.align4j.algorithms.registry.ExtensionException.shaped;

import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.kl.TokenKl;
import org.align4j.algorithms.kl.WeightedKl;
import org.align4j.algorithms.offpolicy.OffPolicyWeights;
import org.align4j.core.tensor.Masked;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The whole policy objective: a surrogate, its aggregation, off-policy gate and weights, KL term,
 * entropy bonus and negative log-prob of right samples. {@code objective.evaluate(inputs, totals)}
 * per micro-batch, with the totals of the mini-batch; results add up.
 */
public final class PolicyObjective {

  private static final String NOUN = "policy loss";

  private final PolicyLoss loss;
  private final PolicyLossSettings settings;
  private final WeightedKl kl;

  /** A surrogate under settings. */
  public PolicyObjective(PolicyLoss loss, PolicyLossSettings settings) {
    this(
        loss,
        settings,
        new WeightedKl(
            TokenKl.of(
                settings.klEstimator(), settings.convention().klClamp(settings.klEstimator())),
            settings.options().klWeighting()));
  }

  private PolicyObjective(PolicyLoss loss, PolicyLossSettings settings, WeightedKl kl) {
    this.loss = loss;
    this.settings = settings;
    this.kl = kl;
  }

  /** The same for the next update: another entropy coefficient and key of random choices. */
  public PolicyObjective next(double entropyCoefficient, long draw) {
    return new PolicyObjective(
        loss,
        settings
            .withEntropyCoefficient(entropyCoefficient)
            .withOptions(settings.options().withDraw(draw)),
        kl);
  }

  /** Whether it must get the whole mini-batch at once: what one row counts depends on others. */
  public boolean needsWholeBatch() {
    return settings.options().topEntropy() < 1 || guard(NOUN, loss.name(), loss::needsWholeBatch);
  }

  /** The settings. */
  public PolicyLossSettings settings() {
    return settings;
  }

  /** The loss of a whole mini-batch at once. */
  public LossResult evaluate(PolicyLossInputs inputs) {
    BatchTotals totals = BatchTotals.of(inputs.mask());
    INDArray right = inputs.right();
    return evaluate(
        inputs, right == null ? totals : totals.withRightTokens(Masked.sum(right, inputs.mask())));
  }

  /**
   * Loss, gradient by the log-probs (and by the entropy) and statistics: {@code policy_loss} (the
   * surrogate alone), {@code clip_fraction}, {@code approx_kl} ({@code −mean(log π − log π_old)}),
   * {@code ratio_deviation_max} ({@code max |ρ − 1|}), and {@code kl_loss}, {@code positive_nll},
   * {@code entropy} and {@code kept_entropy} (of the tokens of high entropy) where there are any.
   * With rollout log-probs {@code off_policy_kl} ({@code mean(log μ − log π_old)}); with a gate or
   * weights {@code gated_tokens}, {@code gated_sequences} (shares) and {@code off_policy_weight}
   * (mean, 0 where gated).
   *
   * @param totals of the mini-batch that the inputs are a part of
   */
  public LossResult evaluate(PolicyLossInputs inputs, BatchTotals totals) {
    INDArray mask = inputs.mask();
    checkArgument(
        !needsWholeBatch() || mask.size(0) == totals.sequences(),
        "%s needs the whole mini-batch at once: it got %s of %s rows",
        settings.options().topEntropy() < 1 ? "topEntropy" : loss.name(),
        mask.size(0),
        (long) totals.sequences());
    INDArray weights = weights(mask, totals);
    @Nullable OffPolicyWeights offPolicy = settings.offPolicy().isOn() ? offPolicy(inputs) : null;
    INDArray corrected = weights.mul(offPolicy == null ? mask : offPolicy.weights());
    INDArray kept = kept(inputs);
    if (kept != null) {
      corrected.muli(kept);
    }
    Surrogate surrogate = surrogate(inputs, corrected);
    double policyLoss = Masked.sum(surrogate.losses(), corrected);

    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs()).muli(mask);
    Terms terms = new Terms(policyLoss, surrogate.gradient());
    terms.statistic("policy_loss", policyLoss);
    terms.statistic("clip_fraction", Masked.sum(surrogate.clipped(), mask) / totals.tokens());
    terms.statistic("approx_kl", -logRatio.sumNumber().doubleValue() / totals.tokens());
    terms.statistic(
        "ratio_deviation_max",
        Transforms.abs(Transforms.exp(logRatio, true).subi(1), false).maxNumber().doubleValue());
    measure(inputs, offPolicy, totals, terms);
    addKl(inputs, weights, terms);
    addPositiveNll(inputs, totals, terms);
    return terms.result(addEntropy(inputs, weights, kept, totals, terms));
  }

  /** What the objective's terms add up to. */
  private static final class Terms {
    private final ImmutableMap.Builder<String, Double> statistics = ImmutableMap.builder();
    private double loss;
    private INDArray gradient;

    Terms(double loss, INDArray gradient) {
      this.loss = loss;
      this.gradient = gradient;
    }

    void add(double coefficient, double value, INDArray derivative) {
      loss += coefficient * value;
      gradient = gradient.add(derivative.muli(coefficient));
    }

    void statistic(String name, double value) {
      statistics.put(name, value);
    }

    LossResult result(@Nullable INDArray entropyGradient) {
      return new LossResult(loss, gradient, entropyGradient, statistics.buildOrThrow());
    }
  }

  /** Tokens of high entropy, or null for all. */
  private @Nullable INDArray kept(PolicyLossInputs inputs) {
    double share = settings.options().topEntropy();
    return share == 1
        ? null
        : EntropyMask.of(
            checkNotNull(
                inputs.entropy(),
                "entropy is missing: topEntropy is %s, so pass the entropy or set it to 1",
                share),
            inputs.mask(),
            share);
  }

  private void addKl(PolicyLossInputs inputs, INDArray weights, Terms terms) {
    if (settings.klCoefficient() == 0) {
      return;
    }
    INDArray reference =
        checkNotNull(
            inputs.refLogProbs(),
            "refLogProbs are missing: klCoefficient is %s, so score the reference model or set it"
                + " to 0",
            settings.klCoefficient());
    INDArray logProbs = inputs.logProbs();
    INDArray old = inputs.oldLogProbs();
    INDArray mask = inputs.mask();
    double value = Masked.sum(kl.value(logProbs, old, reference, mask), weights);
    terms.add(
        settings.klCoefficient(),
        value,
        kl.derivative(logProbs, old, reference, mask).muli(weights));
    terms.statistic("kl_loss", value);
  }

  /** VAPO, eq. 10: {@code μ · mean −log π} over the tokens of right samples. */
  private void addPositiveNll(PolicyLossInputs inputs, BatchTotals totals, Terms terms) {
    double coefficient = settings.options().positiveNll();
    if (coefficient == 0) {
      return;
    }
    INDArray right =
        checkNotNull(
            inputs.right(),
            "right is missing: positiveNll is %s, so say which samples are right or set it to 0",
            coefficient);
    // Without a right sample the sum is 0, and so is the term.
    INDArray weights = right.mul(inputs.mask()).divi(Math.max(1, totals.rightTokens()));
    double value = -Masked.sum(inputs.logProbs(), weights);
    terms.add(coefficient, value, weights.neg());
    terms.statistic("positive_nll", value);
  }

  /**
   * Subtracts the entropy bonus; answers the gradient, or null without a bonus. Where only tokens
   * of high entropy count it is their mean: the weights are scaled up by tokens over kept tokens.
   */
  private @Nullable INDArray addEntropy(
      PolicyLossInputs inputs,
      INDArray weights,
      @Nullable INDArray kept,
      BatchTotals totals,
      Terms terms) {
    INDArray entropy = inputs.entropy();
    if (entropy != null) {
      terms.statistic("entropy", Masked.sum(entropy, inputs.mask()) / totals.tokens());
    }
    INDArray counted = weights;
    if (kept != null && entropy != null) {
      double tokens = kept.sumNumber().doubleValue();
      terms.statistic("kept_entropy", Masked.sum(entropy, kept) / tokens);
      counted = weights.mul(kept).muli(totals.tokens() / tokens);
    }
    double coefficient = settings.entropyCoefficient();
    if (coefficient == 0) {
      return null;
    }
    checkNotNull(
        entropy,
        "entropy is missing: entropyCoefficient is %s, so pass the entropy or set it to 0",
        coefficient);
    terms.loss -= coefficient * Masked.sum(entropy, counted);
    return counted.mul(-coefficient);
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
        guard(NOUN, loss.name(), () -> loss.countsEmptyRows(settings)),
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
      Terms terms) {
    INDArray mask = inputs.mask();
    INDArray rollout = inputs.rolloutLogProbs();
    if (rollout != null) {
      terms.statistic(
          "off_policy_kl", Masked.sum(rollout.sub(inputs.oldLogProbs()), mask) / totals.tokens());
    }
    if (offPolicy != null) {
      INDArray lengths = mask.sum(1);
      INDArray gated = lengths.gt(0).castTo(mask.dataType());
      gated.muli(offPolicy.kept().sum(1).eq(0).castTo(mask.dataType()));
      terms.statistic("gated_tokens", Masked.count(mask.sub(offPolicy.kept())) / totals.tokens());
      terms.statistic("gated_sequences", Masked.count(gated) / totals.filledSequences());
      terms.statistic(
          "off_policy_weight", offPolicy.weights().sumNumber().doubleValue() / totals.tokens());
    }
  }
}
