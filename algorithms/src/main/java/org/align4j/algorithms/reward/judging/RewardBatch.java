package org.align4j.algorithms.reward.judging;

import com.google.common.collect.ImmutableList;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.settings.input.OnFailure;

/** Responses that are being scored: what all parts of a weighted sum share of them. */
final class RewardBatch {

  private final ImmutableList<Completion> completions;
  private final RewardLimits limits;
  private final long deadline;
  private int end;

  RewardBatch(ImmutableList<Completion> completions, RewardLimits limits, long now) {
    this.completions = completions;
    this.limits = limits;
    this.deadline = now + limits.perBatch().toNanos();
    this.end = completions.size();
  }

  ImmutableList<Completion> completions() {
    return completions;
  }

  RewardLimits limits() {
    return limits;
  }

  /** In nanoseconds of {@link System#nanoTime}. */
  long deadline() {
    return deadline;
  }

  /** Responses before this index are wanted: all of them, or those up to the first failure. */
  int end() {
    return end;
  }

  /**
   * A response has failed. Where that stops the run the earlier ones are still wanted, so that the
   * same failure is reported whichever came first.
   */
  void failed(int index) {
    if (limits.onFailure() == OnFailure.STOP) {
      end = Math.min(end, index + 1);
    }
  }
}
