package org.align4j.algorithms.reward.judging;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.align4j.algorithms.reward.BatchReward;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.RewardException;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one reward, in order of the responses, as many at a time as it allows. A call that
 * is given up keeps its place until it is really over: a reward is never called more often at once
 * than it allows. Only the runner's caller enters here.
 */
final class RewardLane {

  private static final Duration LONGEST_GRACE = Duration.ofSeconds(1);

  private final String name;
  private final Reward reward;
  private final Queue<RewardCall> over;
  private final int slots;
  private final int size;
  private final List<RewardCall> running = new ArrayList<>();
  private RewardBatch batch;
  private @Nullable Judgement[] judged = new Judgement[0];
  private @Nullable Throwable[] causes = new Throwable[0];
  private int next;

  /**
   * A lane.
   *
   * @param name of the reward in messages
   * @param over gets the calls that are over
   */
  RewardLane(String name, Reward reward, RewardLimits limits, Queue<RewardCall> over) {
    this.name = name;
    this.reward = reward;
    this.over = over;
    this.slots = Math.max(1, reward.concurrency());
    this.size = reward instanceof BatchReward batched ? Math.max(1, batched.batchSize()) : 1;
    this.batch = new RewardBatch(ImmutableList.of(), limits, 0);
  }

  void begin(RewardBatch responses) {
    batch = responses;
    judged = new Judgement[responses.completions().size()];
    causes = new Throwable[judged.length];
    next = 0;
  }

  /** Gives up what takes too long and starts what there is room for. */
  void advance(long now) {
    for (RewardCall call : running) {
      if (!call.isGivenUp() && call.from() >= batch.end()) {
        call.giveUp(now + grace());
      } else if (!call.isGivenUp() && now - call.deadline() >= 0) {
        call.giveUp(now + grace());
        fail(call.from(), call.size(), late(call), null);
      }
    }
    boolean open = now - batch.deadline() < 0;
    while (open && next < batch.end() && running.size() < slots) {
      start(now);
    }
    if (next < batch.end() && (!open || (isStuck() && now - graceEnd() >= 0))) {
      String why =
          open
              ? "was not asked: %s that took too long does not heed interrupts and goes on"
                  .formatted(slots == 1 ? "an earlier call" : "each of its calls")
              : "was not asked within the %s of the batch"
                  .formatted(told(batch.limits().perBatch()));
      int first = next;
      next = judged.length;
      fail(first, judged.length - first, name + " " + why, null);
    }
  }

  private void start(long now) {
    int count = Math.min(size, judged.length - next);
    long limit = LongMath.saturatedMultiply(batch.limits().perResponse().toNanos(), count);
    long deadline = batch.deadline() - now < limit ? batch.deadline() : now + limit;
    RewardCall call =
        new RewardCall(
            this, reward, batch.completions().subList(next, next + count), next, deadline, over);
    next += count;
    running.add(call);
    call.start();
  }

  /** Takes the answer of a call that is over. */
  void finish(RewardCall call) {
    running.remove(call);
    if (call.isGivenUp()) {
      return;
    }
    Throwable thrown = call.thrown();
    var answer = call.answer();
    if (thrown instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
      throw error;
    } else if (thrown instanceof RewardException) {
      fail(call.from(), call.size(), name + ": " + thrown.getMessage(), thrown);
    } else if (thrown != null) {
      fail(call.from(), call.size(), name + " threw " + thrown, thrown);
    } else if (answer == null) {
      fail(call.from(), call.size(), name + " answered null", null);
    } else if (answer.size() != call.size()) {
      String sizes = " answered %s scores for %s responses".formatted(answer.size(), call.size());
      fail(call.from(), call.size(), name + sizes, null);
    } else {
      for (int i = 0; i < call.size(); i++) {
        accept(call.from() + i, answer.get(i));
      }
    }
  }

  private void accept(int index, @Nullable Judgement judgement) {
    if (judgement == null) {
      fail(index, 1, name + " answered null", null);
    } else if (judgement.failure().isPresent()) {
      fail(index, 1, name + ": " + judgement.failure().get(), null);
    } else if (!Double.isFinite(judgement.score())) {
      fail(index, 1, name + " answered " + judgement.score(), null);
    } else {
      judgement.components().entrySet().stream()
          .filter(c -> !Double.isFinite(c.getValue()))
          .findFirst()
          .ifPresentOrElse(
              c ->
                  fail(
                      index,
                      1,
                      "%s answered %s=%s".formatted(name, c.getKey(), c.getValue()),
                      null),
              () -> judged[index] = judgement);
    }
  }

  private void fail(int from, int count, String reason, @Nullable Throwable cause) {
    for (int i = from; i < from + count; i++) {
      judged[i] = Judgement.failed(reason);
      causes[i] = cause;
    }
    batch.failed(from);
  }

  private String late(RewardCall call) {
    return call.deadline() == batch.deadline()
        ? "%s did not answer within the %s of the batch"
            .formatted(name, told(batch.limits().perBatch()))
        : "%s did not answer within %s"
            .formatted(name, told(batch.limits().perResponse().multipliedBy(call.size())));
  }

  /** Every place is taken by a call that was given up. */
  private boolean isStuck() {
    return running.size() >= slots && running.stream().allMatch(RewardCall::isGivenUp);
  }

  private long graceEnd() {
    return running.stream().mapToLong(RewardCall::graceEnd).max().orElse(0);
  }

  private long grace() {
    return Math.min(LONGEST_GRACE.toNanos(), batch.limits().perResponse().toNanos());
  }

  /** When to look again, at the latest. */
  long wake() {
    long wake = batch.deadline();
    for (RewardCall call : running) {
      if (!call.isGivenUp() && call.deadline() - wake < 0) {
        wake = call.deadline();
      }
    }
    boolean waitsForRoom = next < batch.end() && isStuck();
    return waitsForRoom && graceEnd() - wake < 0 ? graceEnd() : wake;
  }

  boolean isDone() {
    return Arrays.stream(judged, 0, Math.min(batch.end(), judged.length)).allMatch(j -> j != null);
  }

  /** Nobody waits for what is still running. */
  void cancel(long now) {
    running.stream().filter(c -> !c.isGivenUp()).forEach(c -> c.giveUp(now + grace()));
  }

  /** Interrupts once more what was given up. */
  void interrupt() {
    running.forEach(call -> call.giveUp(0));
  }

  /** The judgement of a response, once done. */
  Judgement judgement(int index) {
    Judgement judgement = judged[index];
    return judgement == null ? Judgement.failed(name + " was not asked") : judgement;
  }

  /** What was thrown for a response. */
  @Nullable Throwable cause(int index) {
    return causes[index];
  }

  private static String told(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
