package org.align4j.algorithms.convention;

import com.google.common.collect.ImmutableList;
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

/**
 * The presets of {@link Convention}, each as what it changes of an earlier one; sources of each
 * value are in {@code docs/conventions.md}.
 */
final class Presets {

  private Presets() {}

  private static final double NONE = Double.POSITIVE_INFINITY;

  private static final Whitening OPENRLHF_TOKENS =
      new Whitening(Whitening.Scope.TOKENS, 0, 1e-8, Whitening.Form.VARIANCE_FLOOR);
  private static final Whitening UNBIASED_TOKENS =
      new Whitening(Whitening.Scope.TOKENS, 1, 1e-8, Whitening.Form.VARIANCE_PLUS);
  private static final Whitening TRL_SEQUENCES =
      new Whitening(Whitening.Scope.SEQUENCES, 1, 1e-4, Whitening.Form.DEVIATION_PLUS);

  static final Convention OPENRLHF_0_5_5 =
      new Convention(
          "paper",
          "openrlhf-0.5.5",
          new AdvantageRules(
              Shaping.BASELINE_CLIP_KL,
              Discounting.EVERY_COLUMN,
              false,
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
              Aggregation.SEQ_MEAN_TOKEN_SUM_NORM,
              NONE,
              0.2,
              true,
              KlWeighting.NONE),
          ImmutableMap.of(
              "grpo", new Recipe(Aggregation.SEQ_MEAN_TOKEN_MEAN, KlPlace.LOSS, "k3"),
              "dr-grpo",
                  new Recipe(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH, KlPlace.LOSS, "k3")),
          ImmutableMap.of());

  static final Convention OPENRLHF_0_11_0 =
      OPENRLHF_0_5_5
          .version("openrlhf", "0.11.0")
          .withAdvantage(OPENRLHF_0_5_5.advantage().withWhitening("rloo", false).withLambda(1))
          .withKlClamp(new KlClamp(NONE, 10), "k1", "k2", "k3", "abs", "k1+", "k3+")
          .withLoss(
              OPENRLHF_0_5_5
                  .loss()
                  .withLogRatioLimit(20)
                  .withAggregation(Aggregation.TOKEN_MEAN)
                  .withValueClip(0.5)
                  .withEntropyAtTemperature(false))
          .withRecipe(
              "reinforce++-baseline", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k2"))
          .withRecipe("grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"))
          .withRecipe("dr-grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"));

  static final Convention OPENRLHF_0_11_2 =
      OPENRLHF_0_11_0
          .version("openrlhf", "0.11.2")
          .withLoss(OPENRLHF_0_11_0.loss().withEntropyAtTemperature(true));

  private static final Convention VERL_0_7 =
      new Convention(
              "verl",
              "verl-0.7",
              new AdvantageRules(
                  Shaping.CLIP_KL_BASELINE,
                  Discounting.RESPONSE_TOKENS,
                  true,
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
              ImmutableMap.of(),
              new LossRules(
                  20,
                  10,
                  SequenceGradient.OWN_TOKEN,
                  Optional.of(Aggregation.SEQ_MEAN_TOKEN_MEAN),
                  false,
                  false,
                  false,
                  Aggregation.TOKEN_MEAN,
                  Aggregation.TOKEN_SUM_OVER_LENGTH,
                  3,
                  0.5,
                  true,
                  KlWeighting.NONE),
              ImmutableMap.of(
                  "grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"),
                  "dr-grpo", new Recipe(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM, KlPlace.LOSS, "k3")),
              ImmutableMap.of())
          .withKlClamp(new KlClamp(20, 10), "k3", "k3+");

  private static final Convention VERL_0_8 =
      VERL_0_7
          .version("verl", "0.8")
          .withLoss(VERL_0_7.loss().withSumNorm(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM));

  static final Convention VERL_0_9 =
      VERL_0_8
          .version("verl", "0.9")
          .withAdvantage(VERL_0_8.advantage().withReturnsStopAtHoles(false))
          .withLoss(VERL_0_8.loss().withSequenceAggregation(Optional.empty()));

  private static final Convention TRL_1_10 =
      new Convention(
          "trl",
          "trl-1.10",
          new AdvantageRules(
              Shaping.CLIP_KL_BASELINE,
              Discounting.RESPONSE_TOKENS,
              false,
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
              Aggregation.SEQ_MEAN_TOKEN_SUM_NORM,
              NONE,
              0.2,
              true,
              KlWeighting.VALUE),
          ImmutableMap.of(
              "grpo", new Recipe(Aggregation.TOKEN_MEAN, KlPlace.LOSS, "k3"),
              "dr-grpo",
                  new Recipe(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH, KlPlace.LOSS, "k3")),
          ImmutableMap.of());

  /** What TRL 1.16 no longer has, its PPO, goes on by the rules of the last version that had it. */
  static final Convention TRL_1_16 =
      TRL_1_10
          .version("trl", "1.16")
          .withNote(
              "ppo",
              "trl-1.16 has no PPO any more: ppo goes on by the rules of trl-1.10, the last version"
                  + " here that had it");

  static final ImmutableList<Convention> VERSIONS =
      ImmutableList.of(
          OPENRLHF_0_5_5,
          OPENRLHF_0_11_0,
          OPENRLHF_0_11_2,
          VERL_0_7,
          VERL_0_8,
          VERL_0_9,
          TRL_1_10,
          TRL_1_16);
}
