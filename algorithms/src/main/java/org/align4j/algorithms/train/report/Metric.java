package org.align4j.algorithms.train.report;

/**
 * Metrics of a training step, named as in the paper's figures. {@code docs/algorithms.md} has the
 * same table.
 */
public enum Metric {
  REWARD("train/reward", "mean raw score", "score", "rises"),
  REWARD_STD(
      "train/reward_std", "standard deviation of the raw scores, ddof 0", "score", "above 0"),
  KL(
      "train/kl",
      "mean k1 KL to the reference per response token over the batch, at rollout time",
      "nats/token",
      "0 at first, then below 0.1"),
  KL_COEF("train/kl_coef", "β in the reward", "score/nat", "as set, or following train/kl"),
  RETURN(
      "train/return",
      "mean over sequences of the sum of shaped rewards",
      "score",
      "rises; about 0 with a group baseline"),
  POLICY_LOSS(
      "train/policy_loss",
      "policy loss, mean over the mini-batches",
      "-",
      "about 0, without trend"),
  CRITIC_LOSS("train/critic_loss", "value loss, mean over the mini-batches", "score²", "falls"),
  RESPONSE_LENGTH(
      "train/response_length", "mean response tokens", "tokens", "steady, below the limit"),
  TOTAL_LENGTH("train/total_length", "mean prompt and response tokens", "tokens", "steady"),
  TRUNCATED("train/truncated", "share of responses that ended by length", "share", "below 0.1"),
  ACTOR_LR("train/actor_lr", "learning rate of the policy", "-", "as scheduled"),
  CRITIC_LR("train/critic_lr", "learning rate of the critic", "-", "as scheduled"),
  ENTROPY(
      "train/entropy",
      "mean entropy of the policy at the trained tokens",
      "nats/token",
      "falls slowly, not to 0"),
  CLIP_FRACTION(
      "train/clip_fraction",
      "share of tokens where the clipped surrogate is smaller",
      "share",
      "below 0.3"),
  RATIO_DEVIATION(
      "train/ratio_deviation",
      "largest |ρ − 1| at the first inner step, before any update",
      "-",
      "0 (plan), below 1e-3 (SameDiff)"),
  GRADIENT_NORM(
      "train/gradient_norm",
      "policy's global gradient norm before clipping, mean over the mini-batches",
      "-",
      "below 10, without spikes"),
  CRITIC_GRADIENT_NORM(
      "train/critic_gradient_norm",
      "critic's global gradient norm before clipping, mean over the mini-batches",
      "-",
      "below 100, without spikes"),
  SKIPPED_STEPS(
      "train/skipped_steps", "optimiser steps skipped for gradients not finite", "steps", "0"),
  IDLE_SAMPLES(
      "train/idle_samples", "share of samples whose advantages are all 0", "share", "below 0.8"),
  FILTERED_GROUPS(
      "train/filtered_groups",
      "prompts dropped because their scores are all equal",
      "prompts",
      "below 0.8 of the batch"),
  SHAPED_REWARD(
      "train/shaped_reward",
      "mean score after penalties, z-score, clip and scale, where any is set",
      "score",
      "rises; about 0 when z-scored"),
  REWARD_PENALTY(
      "train/reward_penalty",
      "mean change of the score by the penalties of long and truncated responses",
      "score",
      "small beside train/reward_std"),
  CLIPPED_REWARDS(
      "train/clipped_rewards", "share of scores that the clip holds", "share", "below 0.05"),
  NORMALIZER_MEAN(
      "train/normalizer_mean",
      "mean that scores are z-scored with",
      "score",
      "follows train/reward"),
  NORMALIZER_DEVIATION(
      "train/normalizer_std",
      "deviation that scores are z-scored with, ddof 1",
      "score",
      "above 0, steady"),
  FAILED_SAMPLES(
      "train/failed_samples",
      "responses left out because they, or their prompt's greedy one, could not be scored",
      "samples",
      "0"),
  SAMPLING_ROUNDS(
      "train/sampling_rounds",
      "rollout batches sampled for one update (dynamic sampling)",
      "batches",
      "below rollout.refill + 1"),
  GROUPS_WITH_SPREAD(
      "train/groups_with_spread",
      "share of sampled prompts whose scores differ (dynamic sampling)",
      "share",
      "above 0.3"),
  ENTROPY_COEF(
      "train/entropy_coef",
      "weight of an adaptive entropy bonus as applied, mean over the mini-batches",
      "-",
      "0 while train/entropy is above the target"),
  POSITIVE_NLL(
      "train/positive_nll",
      "mean negative log-prob of right samples' tokens, where it is a term of the loss",
      "nats/token",
      "falls"),
  OFF_POLICY_KL(
      "train/off_policy_kl",
      "mean of log μ − log π_old over the trained tokens, μ being the policy that sampled",
      "nats/token",
      "0 without staleness, else below 0.01"),
  OFF_POLICY_WEIGHT(
      "train/off_policy_weight",
      "mean weight of the trained tokens, 0 where left out (gates and weights)",
      "-",
      "about 1; 1 without staleness"),
  GATED_TOKENS(
      "train/gated_tokens",
      "share of trained tokens left out by gate or limit",
      "share",
      "below 0.1; 0 without staleness"),
  GATED_SEQUENCES(
      "train/gated_sequences",
      "share of trained sequences of which every token is left out",
      "share",
      "below 0.1; 0 without staleness");

  private final String label;
  private final String description;
  private final String unit;
  private final String healthy;

  Metric(String label, String description, String unit, String healthy) {
    this.label = label;
    this.description = description;
    this.unit = unit;
    this.healthy = healthy;
  }

  /** Name in files. */
  public String label() {
    return label;
  }

  /** What it measures. */
  public String description() {
    return description;
  }

  /** Unit of its values, {@code -} for none. */
  public String unit() {
    return unit;
  }

  /** Where its values should be. */
  public String healthy() {
    return healthy;
  }
}
