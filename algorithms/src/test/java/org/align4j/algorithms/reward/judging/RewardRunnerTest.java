package org.align4j.algorithms.reward.judging;

import static org.align4j.algorithms.reward.Numbered.await;
import static org.align4j.algorithms.reward.Numbered.number;
import static org.align4j.algorithms.reward.Numbered.responses;
import static org.align4j.algorithms.reward.Numbered.scores;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.algorithms.reward.BatchReward;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.algorithms.settings.input.OnFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits here end by themselves; the limits of a failing call are a tenth of a second. */
@Timeout(60)
class RewardRunnerTest {

  private static final RewardLimits STOP = RewardLimits.DEFAULT;
  private static final RewardLimits DROP = STOP.withOnFailure(OnFailure.DROP);
  private static final RewardLimits SHORT = DROP.withPerResponse(Duration.ofMillis(100));

  @Test
  void resultsAreInTheOrderOfTheResponsesWhateverFinishesFirst() {
    CountDownLatch last = new CountDownLatch(1);
    Reward reward =
        Reward.of(
                "late",
                c -> {
                  if (number(c) == 3) {
                    last.countDown();
                  }
                  await(last);
                  return number(c);
                })
            .withConcurrency(4);
    try (RewardRunner runner = new RewardRunner(reward, STOP)) {
      assertThat(scores(runner.judge(responses(4)))).containsExactly(0.0, 1.0, 2.0, 3.0);
    }
  }

  @Test
  void aRewardThatSaysNothingIsCalledOnceAtATime() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Reward reward =
        Reward.of(
            "serial",
            (prompt, response) -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              Thread.yield();
              inside.decrementAndGet();
              return 1;
            });
    try (RewardRunner runner = new RewardRunner(reward, STOP)) {
      assertThat(runner.judge(responses(200))).hasSize(200);
    }
    assertThat(most).hasValue(1);
  }

  /** Three calls wait for one another, so fewer at a time would never end. */
  @Test
  void aConcurrentRewardIsCalledAsOftenAtOnceAsItAllows() {
    CyclicBarrier three = new CyclicBarrier(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Reward reward =
        Reward.of(
                "concurrent",
                c -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  try {
                    three.await(30, TimeUnit.SECONDS);
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                  inside.decrementAndGet();
                  return 1;
                })
            .withConcurrency(3);
    try (RewardRunner runner = new RewardRunner(reward, STOP)) {
      assertThat(runner.judge(responses(9))).hasSize(9);
    }
    assertThat(most).hasValue(3);
  }

  /** Each part waits for the other one's first call. */
  @Test
  void thePartsOfASumRunSideBySide() {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    Reward a =
        Reward.of(
            "a",
            c -> {
              first.countDown();
              await(second);
              return number(c);
            });
    Reward b =
        Reward.of(
            "b",
            c -> {
              second.countDown();
              await(first);
              return 10;
            });
    Reward sum =
        new WeightedReward(
            List.of(
                new WeightedReward.Component("a", 0.5, a),
                new WeightedReward.Component("b", 0.25, b)));
    try (RewardRunner runner = new RewardRunner(sum, STOP)) {
      List<Judgement> judgements = runner.judge(responses(3));
      assertThat(scores(judgements)).containsExactly(2.5, 3.0, 3.5);
      assertThat(judgements.get(2).components())
          .containsExactly(java.util.Map.entry("a", 2.0), java.util.Map.entry("b", 10.0));
    }
  }

  @Test
  void aHangingCallIsInterruptedAndTheOthersAreStillAsked() {
    CountDownLatch interrupted = new CountDownLatch(1);
    Reward reward =
        Reward.of(
            "slow",
            c -> {
              if (number(c) == 1) {
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  interrupted.countDown();
                }
              }
              return number(c);
            });
    try (RewardRunner runner = new RewardRunner(reward, SHORT)) {
      List<Judgement> judgements = runner.judge(responses(3));
      await(interrupted);
      assertThat(judgements.get(1).failure()).contains("reward slow did not answer within 100 ms");
      assertThat(judgements.get(2).score()).isEqualTo(2);
    }
  }

  /**
   * A reward that is not safe for threads must not be entered while an old call is still inside.
   */
  @Test
  void whileACallThatHeedsNoInterruptGoesOnItsRewardIsNotCalledAgain() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    Reward reward =
        Reward.of(
            "stubborn",
            c -> {
              if (calls.incrementAndGet() == 1) {
                boolean waiting = true;
                while (waiting) {
                  try {
                    release.await();
                    waiting = false;
                  } catch (InterruptedException e) {
                    waiting = true;
                  }
                }
              }
              return 1;
            });
    try (RewardRunner runner = new RewardRunner(reward, SHORT)) {
      List<Judgement> first = runner.judge(responses(2));
      assertThat(first.get(1).failure().orElse("")).contains("does not heed interrupts");
      assertThat(runner.judge(responses(2))).allMatch(Judgement::isFailed);
      assertThat(calls).hasValue(1);
      release.countDown();
      List<Judgement> after = List.of();
      for (int i = 0; i < 5000 && after.stream().noneMatch(j -> j.score() == 1); i++) {
        Thread.sleep(1); // until the call that was let go is over
        after = judgedOrFailed(runner);
      }
      assertThat(scores(after)).containsExactly(1.0, 1.0);
    }
  }

  private static List<Judgement> judgedOrFailed(RewardRunner runner) {
    try {
      return runner.judge(responses(2));
    } catch (RewardException e) {
      return List.of();
    }
  }

  @Test
  void aBatchEndsAtItsLimit() {
    Reward reward =
        Reward.of(
            "slow",
            c -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return 1;
            });
    RewardLimits limits =
        DROP.withPerResponse(Duration.ofMinutes(5)).withPerBatch(Duration.ofMillis(100));
    try (RewardRunner runner = new RewardRunner(reward, limits)) {
      assertThat(runner.judge(responses(2)).stream().map(j -> j.failure().orElse("")))
          .containsExactly(
              "reward slow did not answer within the 100 ms of the batch",
              "reward slow was not asked within the 100 ms of the batch");
    }
  }

  @Test
  void batchesAreCutToTheSizeARewardTakesAndAWrongNumberFailsItsOwnCallOnly() {
    List<Integer> sizes = new ArrayList<>();
    BatchReward reward =
        new BatchReward() {
          @Override
          public String name() {
            return "chunks";
          }

          @Override
          public int batchSize() {
            return 3;
          }

          @Override
          public ImmutableList<Judgement> judgeAll(List<Completion> completions) {
            sizes.add(completions.size());
            return completions.stream()
                .limit(number(completions.get(0)) == 3 ? 2 : 3)
                .map(c -> Judgement.of(number(c)))
                .collect(ImmutableList.toImmutableList());
          }
        };
    try (RewardRunner runner = new RewardRunner(reward, DROP)) {
      List<Judgement> judgements = runner.judge(responses(7));
      assertThat(sizes).containsExactly(3, 3, 1);
      assertThat(judgements.subList(3, 6))
          .allMatch(j ->
              j.failure().orElse("").equals("reward chunks answered 2 scores for 3 responses"));
      assertThat(scores(judgements.subList(0, 3))).containsExactly(0.0, 1.0, 2.0);
      assertThat(judgements.get(6).score()).isEqualTo(6);
    }
  }

  @Test
  void anInterruptedCallerInterruptsTheRewardAndIsToldSo() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Reward reward =
        Reward.of(
            "long",
            c -> {
              inside.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return 1;
            });
    List<Object> outcome = new ArrayList<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try (RewardRunner runner = new RewardRunner(reward, STOP)) {
                runner.judge(responses(2));
              } catch (RewardException e) {
                outcome.add(String.valueOf(e.getMessage()));
                outcome.add(Thread.currentThread().isInterrupted());
              }
            });
    await(inside);
    caller.interrupt();
    await(interrupted);
    caller.join();
    assertThat(outcome).containsExactly("interrupted while reward long was asked", true);
  }

  @Test
  void noResponsesNeedNoCall() {
    try (RewardRunner runner = new RewardRunner(Reward.of("nan", c -> Double.NaN), STOP)) {
      assertThat(runner.judge(List.of())).isEmpty();
    }
  }
}
