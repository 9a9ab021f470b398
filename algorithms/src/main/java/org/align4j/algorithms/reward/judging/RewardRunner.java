package org.align4j.algorithms.reward.judging;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Excerpt;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.algorithms.settings.input.OnFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a reward score responses: the parts of a weighted sum side by side, each on virtual threads
 * and with as many calls at a time as it allows, under the limits set. Results are in the order of
 * the responses, whatever finishes first.
 *
 * <p>A call that throws, hangs, or answers null, NaN, an infinity or a wrong number of scores gives
 * no score: {@link OnFailure#STOP} throws for the first such response of the batch, {@link
 * OnFailure#DROP} answers {@link Judgement#failed} and goes on, unless nothing could be scored
 * three batches in a row. A call that takes too long is interrupted; while one that does not heed
 * that goes on, its reward is not called again beyond its {@link Reward#concurrency}.
 *
 * <p>One caller at a time. The reward stays the caller's to close.
 */
public final class RewardRunner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RewardRunner.class);
  private static final int MOST_LOST_BATCHES = 3;

  private final Reward reward;
  private final RewardLimits limits;
  private final LinkedBlockingQueue<RewardCall> over = new LinkedBlockingQueue<>();
  private final ImmutableList<RewardLane> lanes;
  private int lostBatches;
  private boolean closed;

  /** A runner of a reward. */
  public RewardRunner(Reward reward, RewardLimits limits) {
    this.reward = reward;
    this.limits = limits;
    this.lanes =
        reward instanceof WeightedReward sum
            ? sum.parts().stream()
                .map(p -> new RewardLane("reward " + p.name(), p.reward(), limits, over))
                .collect(ImmutableList.toImmutableList())
            : ImmutableList.of(new RewardLane("reward " + reward.name(), reward, limits, over));
  }

  /** The reward. */
  public Reward reward() {
    return reward;
  }

  /**
   * Scores responses, in their order.
   *
   * @throws RewardException for a response that cannot be scored, where that stops the run
   */
  public synchronized ImmutableList<Judgement> judge(List<Completion> completions) {
    checkState(!closed, "the runner of reward %s is closed", reward.name());
    RewardBatch batch =
        new RewardBatch(ImmutableList.copyOf(completions), limits, System.nanoTime());
    lanes.forEach(lane -> lane.begin(batch));
    try {
      await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RewardException("interrupted while reward " + reward.name() + " was asked", e);
    } finally {
      lanes.forEach(lane -> lane.cancel(System.nanoTime()));
    }
    ImmutableList.Builder<Judgement> judgements = ImmutableList.builder();
    for (int i = 0; i < batch.end(); i++) {
      Judgement judgement = judgement(i);
      if (judgement.isFailed() && limits.onFailure() == OnFailure.STOP) {
        throw new RewardException(
            told(judgement, batch.completions().get(i))
                + "; mend the reward, or have such responses left out (onFailure drop)",
            cause(i));
      }
      judgements.add(judgement);
    }
    ImmutableList<Judgement> all = judgements.build();
    reportDropped(batch.completions(), all);
    return all;
  }

  private void await() throws InterruptedException {
    while (true) {
      for (RewardCall call = over.poll(); call != null; call = over.poll()) {
        call.lane().finish(call);
      }
      long now = System.nanoTime();
      lanes.forEach(lane -> lane.advance(now));
      if (lanes.stream().allMatch(RewardLane::isDone)) {
        return;
      }
      long wait = lanes.stream().mapToLong(lane -> lane.wake() - now).min().orElse(0);
      RewardCall call = over.poll(wait, TimeUnit.NANOSECONDS);
      if (call != null) {
        call.lane().finish(call);
      }
    }
  }

  private Judgement judgement(int index) {
    return reward instanceof WeightedReward sum
        ? sum.combine(
            lanes.stream()
                .map(lane -> lane.judgement(index))
                .collect(ImmutableList.toImmutableList()))
        : lanes.get(0).judgement(index);
  }

  private @Nullable Throwable cause(int index) {
    for (RewardLane lane : lanes) {
      if (lane.judgement(index).isFailed()) {
        return lane.cause(index);
      }
    }
    return null;
  }

  private void reportDropped(List<Completion> completions, List<Judgement> judgements) {
    int dropped = 0;
    String first = "";
    for (int i = 0; i < judgements.size(); i++) {
      if (judgements.get(i).isFailed()) {
        first = dropped == 0 ? told(judgements.get(i), completions.get(i)) : first;
        dropped++;
      }
    }
    if (dropped > 0) {
      LOG.warn("{} of {} responses left out; {}", dropped, judgements.size(), first);
    }
    lostBatches = dropped > 0 && dropped == judgements.size() ? lostBatches + 1 : 0;
    if (lostBatches >= MOST_LOST_BATCHES) {
      throw new RewardException(
          "nothing could be scored %s batches in a row; %s".formatted(lostBatches, first), null);
    }
  }

  private static String told(Judgement judgement, Completion completion) {
    return "%s (prompt %s, response %s)"
        .formatted(
            judgement.failure().orElse(""),
            completion.prompt().id(),
            Excerpt.of(completion.text()));
  }

  /** Interrupts calls that go on although they were given up. */
  @Override
  public synchronized void close() {
    closed = true;
    lanes.forEach(lane -> lane.interrupt());
  }
}
