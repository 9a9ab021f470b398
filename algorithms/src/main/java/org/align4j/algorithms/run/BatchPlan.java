package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;
import org.align4j.algorithms.settings.RlSettings;

/**
 * The arithmetic of batches, printed before the first step.
 *
 * @param prompts of one rollout batch
 * @param samplesPerPrompt responses to each
 * @param miniBatch samples of one optimiser step
 * @param epochs passes over each rollout batch
 * @param updates rollout batches of the run
 * @param microBatchTokens tokens of one forward pass
 * @param maxNewTokens longest response
 */
public record BatchPlan(
    int prompts,
    int samplesPerPrompt,
    int miniBatch,
    int epochs,
    long updates,
    int microBatchTokens,
    int maxNewTokens) {

  /**
   * The plan of these settings.
   *
   * @throws IllegalArgumentException where mini-batches do not divide the rollout batch, with the
   *     nearest that do
   */
  public static BatchPlan of(RlSettings settings, long updates) {
    int samples = settings.rollout().size();
    int mini = settings.update().samples();
    checkArgument(
        mini <= samples && samples % mini == 0,
        "update.samples is %s: it does not divide the %s samples of a rollout batch (rollout.prompts %s"
            + " × rollout.samples %s); the nearest that does is %s",
        mini,
        samples,
        settings.rollout().prompts(),
        settings.rollout().samples(),
        nearestDivisor(samples, mini));
    return new BatchPlan(
        settings.rollout().prompts(),
        settings.rollout().samples(),
        mini,
        settings.update().epochs(),
        updates,
        settings.update().microBatchTokens(),
        settings.rollout().maxNewTokens());
  }

  private static int nearestDivisor(int samples, int wanted) {
    int best = samples;
    for (int divisor = 1; divisor <= samples; divisor++) {
      if (samples % divisor == 0 && Math.abs(divisor - wanted) < Math.abs(best - wanted)) {
        best = divisor;
      }
    }
    return best;
  }

  /** Samples of one rollout batch. */
  public int samples() {
    return prompts * samplesPerPrompt;
  }

  /** Optimiser steps of one rollout batch. */
  public int stepsPerUpdate() {
    return samples() / miniBatch * epochs;
  }

  /** The plan in one sentence. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%d prompts × %d samples = %d samples a rollout batch; %s of %d × %s = %s an update; %s = %s; at"
            + " most %s sampled an update, %s a forward pass",
        prompts,
        samplesPerPrompt,
        samples(),
        count(samples() / miniBatch, "mini-batch", "mini-batches"),
        miniBatch,
        count(epochs, "epoch", "epochs"),
        count(stepsPerUpdate(), "optimiser step", "optimiser steps"),
        count(updates, "update", "updates"),
        count(updates * stepsPerUpdate(), "optimiser step", "optimiser steps"),
        count((long) samples() * maxNewTokens, "token", "tokens"),
        count(microBatchTokens, "token", "tokens"));
  }

  private static String count(long number, String one, String several) {
    return number + " " + (number == 1 ? one : several);
  }
}
