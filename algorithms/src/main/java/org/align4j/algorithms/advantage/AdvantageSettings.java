package org.align4j.algorithms.advantage;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.Whitening;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an estimator.
 *
 * @param gamma discount γ in (0, 1]; default 1 (paper, table 1)
 * @param lambda λ of GAE in [0, 1]; default by convention (0.95 in OpenRLHF 0.5.5, 1 at its head)
 * @param klCoefficient β of the KL in the reward, at least 0; default 0.01 (paper, table 1)
 * @param klEstimator name of the KL estimator in the reward; default k1 (paper, eq. 5)
 * @param rewardClipLow lower bound of the score; −10 in OpenRLHF, −∞ for none
 * @param rewardClipHigh upper bound of the score; 10 in OpenRLHF, ∞ for none
 * @param samplesPerPrompt size every group must have, or 0 for any
 * @param convention what the peers do differently
 */
public record AdvantageSettings(
    double gamma,
    double lambda,
    double klCoefficient,
    String klEstimator,
    double rewardClipLow,
    double rewardClipHigh,
    int samplesPerPrompt,
    Convention convention) {

  /** Checks every field. */
  public AdvantageSettings {
    checkArgument(gamma > 0 && gamma <= 1, "gamma is %s: it must be in (0, 1]", gamma);
    checkArgument(lambda >= 0 && lambda <= 1, "lambda is %s: it must be in [0, 1]", lambda);
    checkArgument(
        klCoefficient >= 0 && Double.isFinite(klCoefficient),
        "klCoefficient is %s: it must be at least 0",
        klCoefficient);
    checkArgument(
        rewardClipLow < rewardClipHigh,
        "rewardClipLow is %s: it must be below rewardClipHigh (%s)",
        rewardClipLow,
        rewardClipHigh);
    checkArgument(
        samplesPerPrompt >= 0,
        "samplesPerPrompt is %s: it must be at least 1, or 0 for any",
        samplesPerPrompt);
  }

  /** The convention's own defaults. */
  public static AdvantageSettings of(Convention convention) {
    return new AdvantageSettings(
        1.0,
        convention.advantage().lambda(),
        0.01,
        "k1",
        convention.advantage().clipLow(),
        convention.advantage().clipHigh(),
        0,
        convention);
  }

  /** With another discount. */
  public AdvantageSettings withGamma(double value) {
    return new AdvantageSettings(
        value,
        lambda,
        klCoefficient,
        klEstimator,
        rewardClipLow,
        rewardClipHigh,
        samplesPerPrompt,
        convention);
  }

  /** With another λ. */
  public AdvantageSettings withLambda(double value) {
    return new AdvantageSettings(
        gamma,
        value,
        klCoefficient,
        klEstimator,
        rewardClipLow,
        rewardClipHigh,
        samplesPerPrompt,
        convention);
  }

  /** With another KL in the reward. */
  public AdvantageSettings withKl(double coefficient, String estimator) {
    return new AdvantageSettings(
        gamma,
        lambda,
        coefficient,
        estimator,
        rewardClipLow,
        rewardClipHigh,
        samplesPerPrompt,
        convention);
  }

  /** With another β, for an adaptive controller. */
  public AdvantageSettings withKlCoefficient(double value) {
    return withKl(value, klEstimator);
  }

  /** With other bounds of the score. */
  public AdvantageSettings withRewardClip(double low, double high) {
    return new AdvantageSettings(
        gamma, lambda, klCoefficient, klEstimator, low, high, samplesPerPrompt, convention);
  }

  /** With a size that every group must have. */
  public AdvantageSettings withSamplesPerPrompt(int value) {
    return new AdvantageSettings(
        gamma,
        lambda,
        klCoefficient,
        klEstimator,
        rewardClipLow,
        rewardClipHigh,
        value,
        convention);
  }

  /** How this estimator's advantages are normalised, or null for not at all. */
  public @Nullable Whitening whitening(String estimator) {
    return convention.advantage().whitening().get(estimator);
  }
}
