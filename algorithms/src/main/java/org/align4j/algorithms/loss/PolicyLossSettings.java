package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.offpolicy.OffPolicy;

/**
 * Settings of a policy loss.
 *
 * @param clipLow ε below 1, in (0, 1); default 0.2 (paper, table 1)
 * @param clipHigh ε above 1, above 0; default 0.2 (paper); DAPO uses 0.28
 * @param dualClip c above 1: for Â &lt; 0 the loss is at most −cÂ; ∞ for none
 * @param aggregation from tokens to one number
 * @param constantLength L of the aggregations that divide by a length, or 0 for the columns of the
 *     mini-batch
 * @param klCoefficient β of the KL term in the loss; 0 for none
 * @param klEstimator its estimator
 * @param entropyCoefficient weight of the mean entropy, subtracted from the loss; 0 for none
 * @param offPolicy what becomes of tokens that another policy sampled than the old one
 * @param convention what the peers do differently
 * @param options what newer objectives add
 */
public record PolicyLossSettings(
    double clipLow,
    double clipHigh,
    double dualClip,
    Aggregation aggregation,
    long constantLength,
    double klCoefficient,
    String klEstimator,
    double entropyCoefficient,
    OffPolicy offPolicy,
    Convention convention,
    LossOptions options) {

  /** Checks every field. */
  public PolicyLossSettings {
    checkArgument(clipLow > 0 && clipLow < 1, "clipLow is %s: it must be in (0, 1)", clipLow);
    checkArgument(clipHigh > 0, "clipHigh is %s: it must be above 0", clipHigh);
    checkArgument(dualClip > 1, "dualClip is %s: it must be above 1", dualClip);
    checkArgument(
        constantLength >= 0,
        "constantLength is %s: it must be at least 1, or 0 for the columns of the batch",
        constantLength);
    checkArgument(
        klCoefficient >= 0 && Double.isFinite(klCoefficient),
        "klCoefficient is %s: it must be at least 0",
        klCoefficient);
    checkArgument(
        Double.isFinite(entropyCoefficient),
        "entropyCoefficient is %s: it must be finite",
        entropyCoefficient);
  }

  /** The convention's own defaults, without KL term and entropy bonus. */
  public static PolicyLossSettings of(Convention convention) {
    return new PolicyLossSettings(
        0.2,
        0.2,
        convention.loss().dualClip(),
        convention.loss().aggregation(),
        0,
        0,
        "k2",
        0,
        OffPolicy.NONE,
        convention,
        LossOptions.DEFAULT);
  }

  /** With another clip range. */
  public PolicyLossSettings withClip(double low, double high) {
    return new PolicyLossSettings(
        low,
        high,
        dualClip,
        aggregation,
        constantLength,
        klCoefficient,
        klEstimator,
        entropyCoefficient,
        offPolicy,
        convention,
        options);
  }

  /** With another dual clip; ∞ for none. */
  public PolicyLossSettings withDualClip(double value) {
    return new PolicyLossSettings(
        clipLow,
        clipHigh,
        value,
        aggregation,
        constantLength,
        klCoefficient,
        klEstimator,
        entropyCoefficient,
        offPolicy,
        convention,
        options);
  }

  /** With another aggregation and its length (0: the columns of the mini-batch). */
  public PolicyLossSettings withAggregation(Aggregation value, long length) {
    return new PolicyLossSettings(
        clipLow,
        clipHigh,
        dualClip,
        value,
        length,
        klCoefficient,
        klEstimator,
        entropyCoefficient,
        offPolicy,
        convention,
        options);
  }

  /** With a KL term. */
  public PolicyLossSettings withKl(double coefficient, String estimator) {
    return new PolicyLossSettings(
        clipLow,
        clipHigh,
        dualClip,
        aggregation,
        constantLength,
        coefficient,
        estimator,
        entropyCoefficient,
        offPolicy,
        convention,
        options);
  }

  /** With an entropy bonus. */
  public PolicyLossSettings withEntropyCoefficient(double value) {
    return new PolicyLossSettings(
        clipLow,
        clipHigh,
        dualClip,
        aggregation,
        constantLength,
        klCoefficient,
        klEstimator,
        value,
        offPolicy,
        convention,
        options);
  }

  /** With another treatment of tokens that another policy sampled. */
  public PolicyLossSettings withOffPolicy(OffPolicy value) {
    return new PolicyLossSettings(
        clipLow,
        clipHigh,
        dualClip,
        aggregation,
        constantLength,
        klCoefficient,
        klEstimator,
        entropyCoefficient,
        value,
        convention,
        options);
  }

  /** With other options of newer objectives. */
  public PolicyLossSettings withOptions(LossOptions value) {
    return new PolicyLossSettings(
        clipLow,
        clipHigh,
        dualClip,
        aggregation,
        constantLength,
        klCoefficient,
        klEstimator,
        entropyCoefficient,
        offPolicy,
        convention,
        value);
  }
}
