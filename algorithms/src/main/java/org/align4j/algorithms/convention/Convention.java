package org.align4j.algorithms.convention;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.registry.Registry;

/**
 * What the peers do differently, as data: no class asks which convention it works under. Sources of
 * each value are in {@code docs/algorithms.md}.
 *
 * @param name {@code paper}, {@code openrlhf}, {@code verl} or {@code trl}
 * @param advantage what estimators do differently
 * @param kl clamps of KL estimates by estimator name; names without an entry are not clamped
 * @param loss what losses do differently
 * @param recipes aggregation and KL by algorithm name; names without an entry have the default
 *     aggregation and k1 in the reward
 */
public record Convention(
    String name,
    AdvantageRules advantage,
    ImmutableMap<String, KlClamp> kl,
    LossRules loss,
    ImmutableMap<String, Algorithm.Recipe> recipes) {

  /** When the score is clipped and the KL subtracted, and what a group baseline is taken from. */
  public enum Shaping {
    /** Baseline of raw scores, then clip, then per-token KL: return-to-go differs by token. */
    BASELINE_CLIP_KL,
    /** Clip, then KL summed into the score, then baseline: one advantage per sequence. */
    CLIP_KL_BASELINE
  }

  /** Which columns a discount counts. */
  public enum Discounting {
    /** Every column; V is 0 at observation tokens. */
    EVERY_COLUMN,
    /** Response tokens; GAE carries the next value over observation tokens. */
    RESPONSE_TOKENS
  }

  /** What a group estimator makes of a prompt with one sample. */
  public enum Singleton {
    /** Nothing to compare with: advantage 0. */
    ZERO,
    /** verl: mean 0 and deviation 1, so the raw score. */
    RAW_SCORE
  }

  /** How the gradient of a sequence-level ratio reaches the tokens (GSPO). */
  public enum SequenceGradient {
    /** Through the ratio: each token gets the mean over its sequence. */
    THROUGH_RATIO,
    /** verl's stop-gradient form: each token gets its own. */
    OWN_TOKEN
  }

  /**
   * What estimators do differently.
   *
   * @param shaping order of clip, KL and baseline
   * @param discounting which columns a discount counts
   * @param singleton what becomes of a prompt with one sample
   * @param groupEpsilon ε of GRPO's {@code /(std + ε)}, std with ddof 1
   * @param whitening by estimator name; names without an entry are not whitened
   * @param lambda default λ of GAE
   * @param clipLow default lower bound of the score, −∞ for none
   * @param clipHigh default upper bound of the score, ∞ for none
   */
  public record AdvantageRules(
      Shaping shaping,
      Discounting discounting,
      Singleton singleton,
      double groupEpsilon,
      ImmutableMap<String, Whitening> whitening,
      double lambda,
      double clipLow,
      double clipHigh) {

    /** Checks ε. */
    public AdvantageRules {
      checkArgument(groupEpsilon > 0, "groupEpsilon is %s: it must be above 0", groupEpsilon);
    }

    /** With another ε of GRPO. */
    public AdvantageRules withGroupEpsilon(double value) {
      return new AdvantageRules(
          shaping, discounting, singleton, value, whitening, lambda, clipLow, clipHigh);
    }

    /** With the advantages of an estimator normalised or not, as others of the convention are. */
    public AdvantageRules withWhitening(String estimator, boolean value) {
      Map<String, Whitening> changed = new HashMap<>(whitening);
      Whitening usual = whitening.get("reinforce++");
      if (!value) {
        changed.remove(estimator);
      } else if (usual != null) {
        changed.putIfAbsent(estimator, usual);
      }
      return new AdvantageRules(
          shaping,
          discounting,
          singleton,
          groupEpsilon,
          ImmutableMap.copyOf(changed),
          lambda,
          clipLow,
          clipHigh);
    }
  }

  /**
   * What losses do differently.
   *
   * @param logRatioLimit the log-ratio of ρ is held within ± this; ∞ for none
   * @param sequenceLogRatioLimit upper bound of GSPO's log-ratio; ∞ for none
   * @param sequenceGradient how GSPO's gradient reaches the tokens
   * @param sequenceAggregation the aggregation that GSPO is held to; empty for the settings' own
   * @param dualClipsSequences whether GSPO is dual-clipped too
   * @param ratioCap CISPO's clip range is absolute, with no lower bound (TRL), and not around 1
   * @param countsEmptyRows whether means over rows count rows without a response token
   * @param aggregation default aggregation
   * @param dualClip default dual clip, ∞ for none
   * @param valueClip default clip range of the value loss
   */
  public record LossRules(
      double logRatioLimit,
      double sequenceLogRatioLimit,
      SequenceGradient sequenceGradient,
      Optional<Aggregation> sequenceAggregation,
      boolean dualClipsSequences,
      boolean ratioCap,
      boolean countsEmptyRows,
      Aggregation aggregation,
      double dualClip,
      double valueClip) {}

  /** The paper, as its author's code of that week did it: OpenRLHF 0.5.5. */
  public static final Convention PAPER = Presets.PAPER;

  /** OpenRLHF at its head: the author's own code, and the default. */
  public static final Convention OPENRLHF = Presets.OPENRLHF;

  /** verl. */
  public static final Convention VERL = Presets.VERL;

  /** TRL. */
  public static final Convention TRL = Presets.TRL;

  /** All presets. */
  public static final ImmutableList<Convention> ALL = ImmutableList.of(PAPER, OPENRLHF, VERL, TRL);

  /** The preset of this name. */
  public static Convention of(String name) {
    for (Convention convention : ALL) {
      if (convention.name.equals(name)) {
        return convention;
      }
    }
    throw new IllegalArgumentException(
        Registry.Names.unknown(
            "convention",
            name,
            ALL.stream().map(Convention::name).collect(ImmutableList.toImmutableList())));
  }

  /** With other rules for estimators, where a user sets what the convention would. */
  public Convention withAdvantage(AdvantageRules value) {
    return new Convention(name, value, kl, loss, recipes);
  }

  /** The clamp of a KL estimator under this convention. */
  public KlClamp klClamp(String estimator) {
    return kl.getOrDefault(estimator, KlClamp.NONE);
  }
}
