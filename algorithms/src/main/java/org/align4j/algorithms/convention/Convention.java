package org.align4j.algorithms.convention;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.registry.ExtensionException;

/**
 * What the peers do differently, as data: no class asks which convention it works under. Sources of
 * each value, and what each peer changed in which version, are in {@code docs/conventions.md}.
 *
 * <p>Your own convention is another one with differences, registered by a {@link
 * ConventionProvider}:
 *
 * <pre>{@code
 * Convention.VERL.named("house")
 *     .withAdvantage(Convention.VERL.advantage().withGroupEpsilon(1e-3))
 *     .withRecipe("grpo", new Algorithm.Recipe(Aggregation.TOKEN_MEAN, KlPlace.REWARD, "k1"));
 * }</pre>
 *
 * @param name whose it is: {@code paper}, {@code openrlhf}, {@code verl}, {@code trl}
 * @param version with its version, such as {@code verl-0.9}: what {@code run.json} records
 * @param advantage what estimators do differently
 * @param kl clamps of KL estimates by estimator name; names without an entry are not clamped
 * @param loss what losses do differently
 * @param recipes aggregation and KL by algorithm name; names without an entry have the default
 *     aggregation and k1 in the reward
 * @param notes by algorithm name: a message for its runs, such as that the peer has it no more
 */
public record Convention(
    String name,
    String version,
    AdvantageRules advantage,
    ImmutableMap<String, KlClamp> kl,
    LossRules loss,
    ImmutableMap<String, Algorithm.Recipe> recipes,
    ImmutableMap<String, String> notes) {

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
   * @param returnsStopAtHoles whether nothing of a later turn reaches an earlier one in {@code
   *     reinforce} and {@code reinforce++}: verl until 0.8
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
      boolean returnsStopAtHoles,
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
          shaping,
          discounting,
          returnsStopAtHoles,
          singleton,
          value,
          whitening,
          lambda,
          clipLow,
          clipHigh);
    }

    /** With returns that pass from a later turn to an earlier one, or not. */
    public AdvantageRules withReturnsStopAtHoles(boolean value) {
      return new AdvantageRules(
          shaping,
          discounting,
          value,
          singleton,
          groupEpsilon,
          whitening,
          lambda,
          clipLow,
          clipHigh);
    }

    /** With another default λ of GAE. */
    public AdvantageRules withLambda(double value) {
      return new AdvantageRules(
          shaping,
          discounting,
          returnsStopAtHoles,
          singleton,
          groupEpsilon,
          whitening,
          value,
          clipLow,
          clipHigh);
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
          returnsStopAtHoles,
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
   * @param sumNorm what {@code seq-mean-token-sum-norm} means
   * @param dualClip default dual clip, ∞ for none
   * @param valueClip default clip range of the value loss
   * @param entropyAtTemperature whether the entropy is that of the policy as it samples; OpenRLHF
   *     until 0.11.0: at temperature 1
   * @param klWeighting default of what the ratio ρ does to a KL term in the loss
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
      Aggregation sumNorm,
      double dualClip,
      double valueClip,
      boolean entropyAtTemperature,
      KlWeighting klWeighting) {

    /** What an aggregation means under this convention. */
    public Aggregation meaning(Aggregation value) {
      return value == Aggregation.SEQ_MEAN_TOKEN_SUM_NORM ? sumNorm : value;
    }

    /** With another limit of the log-ratio of ρ. */
    public LossRules withLogRatioLimit(double value) {
      return new LossRules(
          value,
          sequenceLogRatioLimit,
          sequenceGradient,
          sequenceAggregation,
          dualClipsSequences,
          ratioCap,
          countsEmptyRows,
          aggregation,
          sumNorm,
          dualClip,
          valueClip,
          entropyAtTemperature,
          klWeighting);
    }

    /** With GSPO held to another aggregation, or to none. */
    public LossRules withSequenceAggregation(Optional<Aggregation> value) {
      return new LossRules(
          logRatioLimit,
          sequenceLogRatioLimit,
          sequenceGradient,
          value,
          dualClipsSequences,
          ratioCap,
          countsEmptyRows,
          aggregation,
          sumNorm,
          dualClip,
          valueClip,
          entropyAtTemperature,
          klWeighting);
    }

    /** With another default aggregation. */
    public LossRules withAggregation(Aggregation value) {
      return new LossRules(
          logRatioLimit,
          sequenceLogRatioLimit,
          sequenceGradient,
          sequenceAggregation,
          dualClipsSequences,
          ratioCap,
          countsEmptyRows,
          value,
          sumNorm,
          dualClip,
          valueClip,
          entropyAtTemperature,
          klWeighting);
    }

    /** With another meaning of {@code seq-mean-token-sum-norm}. */
    public LossRules withSumNorm(Aggregation value) {
      return new LossRules(
          logRatioLimit,
          sequenceLogRatioLimit,
          sequenceGradient,
          sequenceAggregation,
          dualClipsSequences,
          ratioCap,
          countsEmptyRows,
          aggregation,
          value,
          dualClip,
          valueClip,
          entropyAtTemperature,
          klWeighting);
    }

    /** With another default clip range of the value loss. */
    public LossRules withValueClip(double value) {
      return new LossRules(
          logRatioLimit,
          sequenceLogRatioLimit,
          sequenceGradient,
          sequenceAggregation,
          dualClipsSequences,
          ratioCap,
          countsEmptyRows,
          aggregation,
          sumNorm,
          dualClip,
          value,
          entropyAtTemperature,
          klWeighting);
    }

    /** With the entropy of the policy as it samples, or at temperature 1. */
    public LossRules withEntropyAtTemperature(boolean value) {
      return new LossRules(
          logRatioLimit,
          sequenceLogRatioLimit,
          sequenceGradient,
          sequenceAggregation,
          dualClipsSequences,
          ratioCap,
          countsEmptyRows,
          aggregation,
          sumNorm,
          dualClip,
          valueClip,
          value,
          klWeighting);
    }
  }

  /** The paper, as its author's code of that week did it: OpenRLHF 0.5.5. */
  public static final Convention PAPER = Presets.OPENRLHF_0_5_5;

  /** The newest OpenRLHF: the author's own code, and the default. */
  public static final Convention OPENRLHF = Presets.OPENRLHF_0_11_2;

  /** The newest verl. */
  public static final Convention VERL = Presets.VERL_0_9;

  /** The newest TRL. */
  public static final Convention TRL = Presets.TRL_1_16;

  /** What the plain names mean: the newest version of each. */
  public static final ImmutableList<Convention> ALL = ImmutableList.of(PAPER, OPENRLHF, VERL, TRL);

  /** Every version, the oldest of each peer first. */
  public static final ImmutableList<Convention> VERSIONS = Presets.VERSIONS;

  /**
   * The convention of this name: a version such as {@code verl-0.8}, a plain name such as {@code
   * verl} for the newest, or one that is registered.
   */
  public static Convention of(String name) {
    ConventionProvider provider = ConventionProvider.registry().get(name);
    return ExtensionException.guard("convention", name, provider::convention);
  }

  /** The same rules under another name. */
  public Convention named(String value) {
    return new Convention(value, value, advantage, kl, loss, recipes, notes);
  }

  /** With other rules for estimators, where a user sets what the convention would. */
  public Convention withAdvantage(AdvantageRules value) {
    return new Convention(name, version, value, kl, loss, recipes, notes);
  }

  /** With KL estimates of these names clamped. */
  public Convention withKlClamp(KlClamp clamp, String... estimators) {
    Map<String, KlClamp> changed = new HashMap<>(kl);
    for (String estimator : estimators) {
      changed.put(estimator, clamp);
    }
    return new Convention(
        name, version, advantage, ImmutableMap.copyOf(changed), loss, recipes, notes);
  }

  /** With other rules for losses. */
  public Convention withLoss(LossRules value) {
    return new Convention(name, version, advantage, kl, value, recipes, notes);
  }

  /** With another aggregation and KL of an algorithm. */
  public Convention withRecipe(String algorithm, Algorithm.Recipe recipe) {
    Map<String, Algorithm.Recipe> changed = new HashMap<>(recipes);
    changed.put(algorithm, recipe);
    return new Convention(name, version, advantage, kl, loss, ImmutableMap.copyOf(changed), notes);
  }

  /** With a note on an algorithm. */
  Convention withNote(String algorithm, String note) {
    return new Convention(
        name, version, advantage, kl, loss, recipes, ImmutableMap.of(algorithm, note));
  }

  /** The same rules under another version of the same or another peer. */
  Convention version(String peer, String number) {
    return new Convention(peer, peer + "-" + number, advantage, kl, loss, recipes, notes);
  }

  /** The clamp of a KL estimator under this convention. */
  public KlClamp klClamp(String estimator) {
    return kl.getOrDefault(estimator, KlClamp.NONE);
  }
}
