package org.align4j.algorithms.reward.judging;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.algorithms.reward.BatchReward;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.jspecify.annotations.Nullable;

/** One call of a reward, on its own virtual thread, which tells a queue when it is over. */
final class RewardCall {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Reward reward;
  private final ImmutableList<Completion> completions;
  private final Queue<RewardCall> over;
  private final Thread thread;
  private final RewardLane lane;
  private final int from;
  private final long deadline;
  private @Nullable List<? extends @Nullable Judgement> answer;
  private @Nullable Throwable thrown;
  private boolean givenUp;
  private long graceEnd;

  /**
   * A call, not started.
   *
   * @param from index of the first of these responses in the batch
   * @param deadline in nanoseconds of {@link System#nanoTime}
   */
  RewardCall(
      RewardLane lane,
      Reward reward,
      ImmutableList<Completion> completions,
      int from,
      long deadline,
      Queue<RewardCall> over) {
    this.lane = lane;
    this.reward = reward;
    this.completions = completions;
    this.from = from;
    this.deadline = deadline;
    this.over = over;
    this.thread =
        Thread.ofVirtual()
            .name("reward-" + reward.name() + "-" + NUMBER.incrementAndGet())
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      if (reward instanceof BatchReward batch) {
        answer = batch.judgeAll(completions);
      } else {
        answer = java.util.Collections.singletonList(reward.judge(completions.get(0)));
      }
    } catch (Throwable e) { // Whatever a user's class throws is told with prompt and response.
      thrown = e;
    } finally {
      over.add(this);
    }
  }

  RewardLane lane() {
    return lane;
  }

  int from() {
    return from;
  }

  int size() {
    return completions.size();
  }

  long deadline() {
    return deadline;
  }

  /** What was answered; read after the queue had this call. */
  @Nullable List<? extends @Nullable Judgement> answer() {
    return answer;
  }

  @Nullable Throwable thrown() {
    return thrown;
  }

  /**
   * Nobody waits for the answer any more.
   *
   * @param until time by which a call that heeds interrupts is over
   */
  void giveUp(long until) {
    givenUp = true;
    graceEnd = until;
    thread.interrupt();
  }

  boolean isGivenUp() {
    return givenUp;
  }

  long graceEnd() {
    return graceEnd;
  }
}
