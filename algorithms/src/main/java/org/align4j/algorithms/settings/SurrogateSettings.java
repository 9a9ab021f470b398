package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.loss.SurrogateOptions;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** Numbers of single policy losses; see the {@link Doc} of each component. */
public record SurrogateSettings(
    @Doc("Temperature of SAPO's gate where the advantage is above 0; paper 1.") double sapoPositive,
    @Doc("The same elsewhere; paper 1.05.") double sapoNegative,
    @Doc(
            "Divergence (total variation or binary KL) after which DPPO stops a token; verl 0.2,"
                + " prime-rl 0.2.")
        double dppoDivergence,
    @Doc("Upper bound of DPPO's ratio, none for no bound; paper, §5.4: 20.") double dppoCap,
    @Doc("GMPO's bound of a token's log-ratio on both sides; paper 0.4.") double gmpoClip,
    @Doc("Share of tokens that Clip-Cov and KL-Cov treat apart, in (0, 1]; verl 2e-4.")
        double covShare,
    @Doc("Covariance above which Clip-Cov picks tokens; verl 1.") double covLow,
    @Doc("Covariance below which it does; verl 5.") double covHigh,
    @Doc("Weight of KL-Cov's penalty of the log-ratio, 0 or above; verl 1.") double covPenalty) {

  /** FieldChecks every field. */
  public SurrogateSettings {
    FieldChecks.positive("surrogate.sapoPositive", sapoPositive);
    FieldChecks.positive("surrogate.sapoNegative", sapoNegative);
    FieldChecks.positive("surrogate.dppoDivergence", dppoDivergence);
    FieldChecks.bound("surrogate.dppoCap", dppoCap);
    FieldChecks.positive("surrogate.gmpoClip", gmpoClip);
    checkArgument(
        covShare > 0 && covShare <= 1, "surrogate.covShare is %s: it must be in (0, 1]", covShare);
    checkArgument(
        covLow < covHigh,
        "surrogate.covLow is %s: it must be below surrogate.covHigh (%s)",
        covLow,
        covHigh);
    FieldChecks.notNegative("surrogate.covPenalty", covPenalty);
  }

  /** The numbers of the papers and of verl. */
  static SurrogateSettings defaults() {
    SurrogateOptions usual = SurrogateOptions.DEFAULT;
    return new SurrogateSettings(
        usual.sapoPositive(),
        usual.sapoNegative(),
        usual.dppoHigh(),
        usual.dppoCap(),
        usual.gmpoHigh(),
        usual.covShare(),
        usual.covLow(),
        usual.covHigh(),
        usual.covPenalty());
  }

  /** With other temperatures of SAPO. */
  public SurrogateSettings withSapo(double positive, double negative) {
    return new SurrogateSettings(
        positive,
        negative,
        dppoDivergence,
        dppoCap,
        gmpoClip,
        covShare,
        covLow,
        covHigh,
        covPenalty);
  }

  /** With another divergence of DPPO. */
  public SurrogateSettings withDppoDivergence(double value) {
    return Fields.replace(this, "dppoDivergence", value);
  }

  /** With another cap of DPPO's ratio; ∞ for none. */
  public SurrogateSettings withDppoCap(double value) {
    return Fields.replace(this, "dppoCap", value);
  }

  /** With another bound of GMPO's log-ratio. */
  public SurrogateSettings withGmpoClip(double value) {
    return Fields.replace(this, "gmpoClip", value);
  }

  /** With another share of tokens for Clip-Cov and KL-Cov. */
  public SurrogateSettings withCovShare(double value) {
    return Fields.replace(this, "covShare", value);
  }

  /** With other bounds of Clip-Cov. */
  public SurrogateSettings withCovBounds(double low, double high) {
    return new SurrogateSettings(
        sapoPositive,
        sapoNegative,
        dppoDivergence,
        dppoCap,
        gmpoClip,
        covShare,
        low,
        high,
        covPenalty);
  }

  /** With another penalty of KL-Cov. */
  public SurrogateSettings withCovPenalty(double value) {
    return Fields.replace(this, "covPenalty", value);
  }

  /** As losses take them. */
  public SurrogateOptions options() {
    return SurrogateOptions.DEFAULT
        .withSapo(sapoPositive, sapoNegative)
        .withDppo(dppoDivergence, dppoDivergence, dppoCap)
        .withGmpo(gmpoClip, gmpoClip)
        .withCov(covShare, covLow, covHigh, covPenalty);
  }
}
