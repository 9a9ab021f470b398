package org.align4j.algorithms.convention;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.align4j.core.registry.NearestName;

/**
 * An algorithm of the comparison: an estimator, a loss and what they need from the trainer.
 *
 * @param name as on the command line
 * @param estimator name of the advantage estimator
 * @param loss name of the policy loss
 * @param needsCritic whether a critic is trained: only PPO
 * @param needsGreedyRollout whether a greedy sample of each prompt is scored: only ReMax
 * @param needsGroups whether it compares samples of one prompt
 * @param recipe what it is where the convention does not name it; empty for the convention's usual
 * @param ownSamples samples of a prompt that it is made for, or 0 for any
 * @param offPolicy what it does with tokens that another policy sampled
 */
public record Algorithm(
    String name,
    String estimator,
    String loss,
    boolean needsCritic,
    boolean needsGreedyRollout,
    boolean needsGroups,
    Optional<Recipe> recipe,
    int ownSamples,
    OffPolicy offPolicy) {

  /** An algorithm that leaves the rest to convention and settings. */
  public Algorithm(
      String name,
      String estimator,
      String loss,
      boolean needsCritic,
      boolean needsGreedyRollout,
      boolean needsGroups) {
    this(name, estimator, loss, needsCritic, needsGreedyRollout, needsGroups, Optional.empty());
  }

  /** An algorithm with its own recipe. */
  public Algorithm(
      String name,
      String estimator,
      String loss,
      boolean needsCritic,
      boolean needsGreedyRollout,
      boolean needsGroups,
      Optional<Recipe> recipe) {
    this(
        name,
        estimator,
        loss,
        needsCritic,
        needsGreedyRollout,
        needsGroups,
        recipe,
        0,
        OffPolicy.NONE);
  }

  /** Where the KL to the reference goes. */
  public enum KlPlace {
    /** Into the token rewards. */
    REWARD,
    /** Into the loss, with a gradient. */
    LOSS
  }

  /**
   * What an algorithm is under a convention.
   *
   * @param aggregation of its loss
   * @param klPlace where the KL goes
   * @param klEstimator name of the KL estimator
   */
  public record Recipe(Aggregation aggregation, KlPlace klPlace, String klEstimator) {}

  /** All algorithms, in the order of the comparison. */
  public static final ImmutableList<Algorithm> ALL =
      ImmutableList.of(
          new Algorithm("ppo", "gae", "ppo-clip", true, false, false),
          new Algorithm("reinforce++", "reinforce++", "ppo-clip", false, false, false),
          new Algorithm(
              "reinforce++-baseline", "reinforce++-baseline", "ppo-clip", false, false, true),
          new Algorithm("reinforce", "reinforce", "reinforce", false, false, false),
          new Algorithm("grpo", "grpo", "ppo-clip", false, false, true),
          new Algorithm("dr-grpo", "dr-grpo", "ppo-clip", false, false, true),
          new Algorithm("rloo", "rloo", "ppo-clip", false, false, true),
          new Algorithm("remax", "remax", "ppo-clip", false, true, false),
          new Algorithm("opo", "opo", "ppo-clip", false, false, true),
          new Algorithm("gpg", "gpg", "reinforce", false, false, true),
          new Algorithm("maxrl", "maxrl", "ppo-clip", false, false, true),
          new Algorithm("gdpo", "gdpo", "ppo-clip", false, false, true),
          new Algorithm("sapo", "grpo", "sapo", false, false, true),
          new Algorithm("gmpo", "grpo", "gmpo", false, false, true),
          new Algorithm("dppo-tv", "grpo", "dppo-tv", false, false, true),
          new Algorithm("dppo-kl", "grpo", "dppo-kl", false, false, true),
          new Algorithm("clip-cov", "grpo", "clip-cov", false, false, true),
          new Algorithm("kl-cov", "grpo", "kl-cov", false, false, true),
          new Algorithm(
              "flash-reinforce",
              "batch-mean",
              "ppo-clip",
              false,
              false,
              false,
              Optional.of(new Recipe(Aggregation.SEQ_MEAN_TOKEN_MEAN, KlPlace.REWARD, "k1")),
              1,
              OffPolicy.FLASH_REINFORCE));

  /** On-policy distillation: its advantages come from a teacher and not from scores. */
  public static final Algorithm DISTILLATION =
      new Algorithm("distillation", "distillation", "ppo-clip", false, false, false);

  /** Variants of GRPO have its aggregation and its KL where a convention says nothing of them. */
  private static final ImmutableSet<String> LIKE_GRPO =
      ImmutableSet.of("maxrl", "gdpo", "sapo", "gmpo", "dppo-tv", "dppo-kl", "clip-cov", "kl-cov");

  /** The algorithm of this name. */
  public static Algorithm of(String name) {
    if (name.equals(DISTILLATION.name)) {
      return DISTILLATION;
    }
    for (Algorithm algorithm : ALL) {
      if (algorithm.name.equals(name)) {
        return algorithm;
      }
    }
    throw new IllegalArgumentException(
        NearestName.unknown(
            "algorithm",
            name,
            ALL.stream().map(Algorithm::name).collect(ImmutableList.toImmutableList())));
  }

  /** What this algorithm is under a convention. */
  public Recipe under(Convention convention) {
    Recipe usual = new Recipe(convention.loss().aggregation(), KlPlace.REWARD, "k1");
    if (LIKE_GRPO.contains(name)) {
      usual = convention.recipes().getOrDefault("grpo", usual);
    }
    Recipe found = convention.recipes().getOrDefault(name, recipe.orElse(usual));
    return new Recipe(
        convention.loss().meaning(found.aggregation()), found.klPlace(), found.klEstimator());
  }
}
