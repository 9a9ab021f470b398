package org.align4j.algorithms.convention;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import org.align4j.algorithms.convention.Algorithm.KlPlace;
import org.align4j.algorithms.convention.Algorithm.Recipe;
import org.align4j.algorithms.convention.Convention.AdvantageRules;
import org.align4j.algorithms.convention.Convention.Discounting;
import org.align4j.algorithms.convention.Convention.LossRules;
import org.align4j.algorithms.convention.Convention.SequenceGradient;
import org.align4j.algorithms.convention.Convention.Shaping;
import org.align4j.algorithms.convention.Convention.Singleton;

/** The presets of {@link Convention}; sources of each value are in {@code docs/algorithms.md}. */
final class Presets {

  private Presets() {}

  private static final double NONE = Double.POSITIVE_INFINITY;

  private static final Whitening OPENRLHF_TOKENS =
      new Whitening(Whitening.Scope.TOKENS, 0, 1e-8, Whitening.Form.VARIANCE_FLOOR);
  private static final Whitening UNBIASED_TOKENS =
      new Whitening(Whitening.Scope.TOKENS, 1, 1e-8, Whitening.Form.VARIANCE_PLUS);
  private static final Whitening TRL_SEQUENCES =
      new Whitening(Whitening.Scope.SEQUENCES, 1, 1e-4, Whitening.Form.DEVIATION_PLUS);

  static final Convention PAPER =
      new Convention(
          "paper",
          new AdvantageRules(
              Shaping.BASELINE_CLIP_KL,
              Discounting.EVERY_COLUMN,
              Singleton.ZERO,
              1e-9,
              ImmutableMap.of(
                  "gae", OPENRLHF_TOKENS,
                  "reinforce++", OPENRLHF_TOKENS,
                  "reinforce++-baseline", OPENRLHF_TOKENS,
                  "gdpo", OPENRLHF_TOKENS,
                  "rloo", OPENRLHF_TOKENS),
              0.95,
              -10,
              10),
          ImmutableMap.of(),
          new LossRules(
              NONE,
              NONE,
              SequenceGradient.THROUGH_RATIO,
              Optional.of(Aggregation.SEQ_MEAN_TOKEN_MEAN),
              true,
              false,
              false,
              Aggregation.SEQ_MEAN_TOKEN_MEAN,
              NONE,
              0.2),
          ImmutableMap.of(
              "grpo", new Recipe(Aggregation.SEQ_MEAN_TOKEN_MEAN, KlPlace.LOSS, "k3"),
              "dr-grpo",
                  new Recipe(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH, KlPlace.LOSS, "k3")));

  static final Convention OPENRLHF =
      new Convention(
          "openrlhf",
          new AdvantageRules(
              Shaping.BASELINE_CLIP_KL,
              Discounting.EVERY_COLUMN,
              Singleton.ZERO,
              1e-9,
              ImmutableMap.of(
                  "gae", OPENRLHF_TOKENS,
                  "reinforce++", OPENRLHF_TOKENS,
                  "reinforce++-baseline", OPENRLHF_TOKENS,
                  "gdpo", OPENRLHF_TOKENS),
              1,
              -10,
              10),
          clamps(new KlClamp(NONE, 10), "k1", "k2", "k3", "abs", "k1+", "k3+"),
          new LossRules(
              20,
              NONE,
              SequenceGradient.THROUGH_RATIO,
              Optional.of(Aggregation.SEQ_MEAN_TOKEN_MEAN),
              true,
              false,
              false,
              Aggregation.TOKEN_MEAN,
              NONE,
              0.5),
          ImmutableMap.of(
              "reinforce++-baseline", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k2"),
              "grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"),
              "dr-grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3")));

  static final Convention VERL =
      new Convention(
          "verl",
          new AdvantageRules(
              Shaping.CLIP_KL_BASELINE,
              Discounting.RESPONSE_TOKENS,
              Singleton.RAW_SCORE,
              1e-6,
              ImmutableMap.of(
                  "gae", UNBIASED_TOKENS,
                  "reinforce++", UNBIASED_TOKENS,
                  "reinforce++-baseline", UNBIASED_TOKENS,
                  "gdpo", UNBIASED_TOKENS),
              1,
              -NONE,
              NONE),
          clamps(new KlClamp(20, 10), "k3", "k3+"),
          new LossRules(
              20,
              10,
              SequenceGradient.OWN_TOKEN,
              Optional.of(Aggregation.SEQ_MEAN_TOKEN_MEAN),
              false,
              false,
              false,
              Aggregation.TOKEN_MEAN,
              3,
              0.5),
          ImmutableMap.of(
              "grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"),
              "dr-grpo", new Recipe(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM, KlPlace.LOSS, "k3")));

  static final Convention TRL =
      new Convention(
          "trl",
          new AdvantageRules(
              Shaping.CLIP_KL_BASELINE,
              Discounting.RESPONSE_TOKENS,
              Singleton.ZERO,
              1e-4,
              ImmutableMap.of(
                  "gae", UNBIASED_TOKENS,
                  "reinforce++", UNBIASED_TOKENS,
                  "reinforce++-baseline", TRL_SEQUENCES,
                  "gdpo", TRL_SEQUENCES),
              0.95,
              -NONE,
              NONE),
          ImmutableMap.of(),
          new LossRules(
              NONE,
              NONE,
              SequenceGradient.THROUGH_RATIO,
              Optional.empty(),
              true,
              true,
              true,
              Aggregation.TOKEN_MEAN,
              NONE,
              0.2),
          ImmutableMap.of(
              "grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"),
              "dr-grpo",
                  new Recipe(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH, KlPlace.LOSS, "k3")));

  private static ImmutableMap<String, KlClamp> clamps(KlClamp clamp, String... estimators) {
    ImmutableMap.Builder<String, KlClamp> clamps = ImmutableMap.builder();
    for (String estimator : estimators) {
      clamps.put(estimator, clamp);
    }
    return clamps.buildOrThrow();
  }
}
