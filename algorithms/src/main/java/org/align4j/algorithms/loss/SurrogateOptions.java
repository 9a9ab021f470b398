package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Numbers of single policy losses, each named after its loss.
 *
 * @param sapoPositive temperature of SAPO's gate where Â &gt; 0; 1 in the paper and the peers
 * @param sapoNegative the same elsewhere; 1.05
 * @param dppoLow divergence that DPPO allows a token whose probability falls; verl: 0.2
 * @param dppoHigh the same for one that rises; verl: 0.2
 * @param dppoCap upper bound of DPPO's ratio; 20 in the paper (§5.4) and in verl
 * @param gmpoLow how far GMPO lets the log-ratio of a token fall; 0.4 in the paper
 * @param gmpoHigh how far it lets it rise; 0.4
 * @param covShare share of tokens that Clip-Cov and KL-Cov treat apart, in (0, 1]; verl: 2e-4
 * @param covLow covariance above which Clip-Cov picks; verl: 1
 * @param covHigh covariance below which it does; verl: 5
 * @param covPenalty weight of KL-Cov's penalty |log ρ|; verl: 1
 */
public record SurrogateOptions(
    double sapoPositive,
    double sapoNegative,
    double dppoLow,
    double dppoHigh,
    double dppoCap,
    double gmpoLow,
    double gmpoHigh,
    double covShare,
    double covLow,
    double covHigh,
    double covPenalty) {

  /** The numbers of the papers and of verl. */
  public static final SurrogateOptions DEFAULT =
      new SurrogateOptions(1, 1.05, 0.2, 0.2, 20, 0.4, 0.4, 2e-4, 1, 5, 1);

  /** Checks every field. */
  public SurrogateOptions {
    positive("sapoPositive", sapoPositive);
    positive("sapoNegative", sapoNegative);
    positive("dppoLow", dppoLow);
    positive("dppoHigh", dppoHigh);
    checkArgument(dppoCap > 0, "dppoCap is %s: it must be above 0", dppoCap);
    positive("gmpoLow", gmpoLow);
    positive("gmpoHigh", gmpoHigh);
    checkArgument(covShare > 0 && covShare <= 1, "covShare is %s: it must be in (0, 1]", covShare);
    checkArgument(covLow < covHigh, "covLow is %s: it must be below covHigh (%s)", covLow, covHigh);
    checkArgument(
        covPenalty >= 0 && Double.isFinite(covPenalty),
        "covPenalty is %s: it must be at least 0",
        covPenalty);
  }

  private static void positive(String field, double value) {
    checkArgument(
        value > 0 && Double.isFinite(value), "%s is %s: it must be above 0", field, value);
  }

  /** With other temperatures of SAPO. */
  public SurrogateOptions withSapo(double positive, double negative) {
    return new SurrogateOptions(
        positive,
        negative,
        dppoLow,
        dppoHigh,
        dppoCap,
        gmpoLow,
        gmpoHigh,
        covShare,
        covLow,
        covHigh,
        covPenalty);
  }

  /** With other divergences of DPPO and another cap of its ratio. */
  public SurrogateOptions withDppo(double low, double high, double cap) {
    return new SurrogateOptions(
        sapoPositive,
        sapoNegative,
        low,
        high,
        cap,
        gmpoLow,
        gmpoHigh,
        covShare,
        covLow,
        covHigh,
        covPenalty);
  }

  /** With another range of GMPO's log-ratio. */
  public SurrogateOptions withGmpo(double low, double high) {
    return new SurrogateOptions(
        sapoPositive,
        sapoNegative,
        dppoLow,
        dppoHigh,
        dppoCap,
        low,
        high,
        covShare,
        covLow,
        covHigh,
        covPenalty);
  }

  /** With another choice of tokens by covariance, and another penalty. */
  public SurrogateOptions withCov(double share, double low, double high, double penalty) {
    return new SurrogateOptions(
        sapoPositive,
        sapoNegative,
        dppoLow,
        dppoHigh,
        dppoCap,
        gmpoLow,
        gmpoHigh,
        share,
        low,
        high,
        penalty);
  }
}
