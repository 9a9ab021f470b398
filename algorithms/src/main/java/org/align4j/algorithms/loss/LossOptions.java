package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.convention.KlWeighting;

/**
 * What newer objectives add to PPO's.
 *
 * @param surrogate numbers of single losses
 * @param klWeighting importance weight of the KL term
 * @param topEntropy share of tokens, those of the highest entropy, that the surrogate counts, in
 *     (0, 1]; 1 for all; Wang et al. 2025: 0.2
 * @param positiveNll weight μ of the mean negative log-prob of right samples' tokens, at least 0;
 *     VAPO: 0.1
 * @param draw key of random choices (Clip-Cov): another one for each update
 */
public record LossOptions(
    SurrogateOptions surrogate,
    KlWeighting klWeighting,
    double topEntropy,
    double positiveNll,
    long draw) {

  /** Nothing added, the peers' numbers. */
  public static final LossOptions DEFAULT =
      new LossOptions(SurrogateOptions.DEFAULT, KlWeighting.NONE, 1, 0, 0);

  /** Checks every field. */
  public LossOptions {
    checkArgument(
        topEntropy > 0 && topEntropy <= 1, "topEntropy is %s: it must be in (0, 1]", topEntropy);
    checkArgument(
        positiveNll >= 0 && Double.isFinite(positiveNll),
        "positiveNll is %s: it must be at least 0",
        positiveNll);
  }

  /** With other numbers of single losses. */
  public LossOptions withSurrogate(SurrogateOptions value) {
    return new LossOptions(value, klWeighting, topEntropy, positiveNll, draw);
  }

  /** With another importance weight of the KL term. */
  public LossOptions withKlWeighting(KlWeighting value) {
    return new LossOptions(surrogate, value, topEntropy, positiveNll, draw);
  }

  /** With another share of tokens; 1 for all. */
  public LossOptions withTopEntropy(double value) {
    return new LossOptions(surrogate, klWeighting, value, positiveNll, draw);
  }

  /** With another weight of right samples' negative log-prob. */
  public LossOptions withPositiveNll(double value) {
    return new LossOptions(surrogate, klWeighting, topEntropy, value, draw);
  }

  /** With another key of random choices. */
  public LossOptions withDraw(long value) {
    return new LossOptions(surrogate, klWeighting, topEntropy, positiveNll, value);
  }
}
