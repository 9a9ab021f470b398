package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.Prompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits here end by themselves; the limits of a failing call are a tenth of a second. */
@Timeout(60)
class RewardRunnerTest {

  private static final RewardLimits STOP = RewardLimits.DEFAULT;
  private static final RewardLimits DROP = STOP.withOnFailure(OnFailure.DROP);
  private static final RewardLimits SHORT = DROP.withPerResponse(Duration.ofMillis(100));

  /** Response i is the text of the number i. */
  private static ImmutableList<Completion> responses(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Completion(Prompt.text("train.jsonl:" + (i + 1), "?", ""), "" + i, true))
        .collect(ImmutableList.toImmutableList());
  }

  private static List<Double> scores(List<Judgement> judgements) {
    return judgements.stream().map(Judgement::score).toList();
  }

  private static int number(Completion completion) {
    return Integer.parseInt(completion.text());
  }

  /** Whatever happens is a failure of the test, not of the reward. */
  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

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
            List.of(new WeightedReward.Part("a", 0.5, a), new WeightedReward.Part("b", 0.25, b)));
    try (RewardRunner runner = new RewardRunner(sum, STOP)) {
      List<Judgement> judgements = runner.judge(responses(3));
      assertThat(scores(judgements)).containsExactly(2.5, 3.0, 3.5);
      assertThat(judgements.get(2).components())
          .containsExactly(java.util.Map.entry("a", 2.0), java.util.Map.entry("b", 10.0));
    }
  }

  @Test
  void whatARewardThrowsStopsTheRunWithItsNamePromptAndResponse() {
    IllegalStateException thrown = new IllegalStateException("no such unit");
    Reward reward =
        Reward.of(
            "units",
            c -> {
              if (number(c) == 2) {
                throw thrown;
              }
              return 1;
            });
    try (RewardRunner runner = new RewardRunner(reward, STOP)) {
      assertThatThrownBy(() -> runner.judge(responses(4)))
          .isInstanceOf(RewardException.class)
          .hasMessage(
              "reward units threw java.lang.IllegalStateException: no such unit (prompt"
                  + " train.jsonl:3, response \"2\"); mend the reward, or have such responses left"
                  + " out (onFailure drop)")
          .hasCause(thrown);
    }
  }

  /** Response 5 fails at once and response 1 only after it. */
  @Test
  void theFirstFailureOfTheBatchIsToldWhicheverCameFirst() {
    CountDownLatch later = new CountDownLatch(1);
    Reward reward =
        Reward.of(
                "flaky",
                c -> {
                  if (number(c) == 5) {
                    later.countDown();
                    return Double.NaN;
                  }
                  if (number(c) == 1) {
                    await(later);
                    return Double.POSITIVE_INFINITY;
                  }
                  return 1;
                })
            .withConcurrency(8);
    try (RewardRunner runner = new RewardRunner(reward, STOP)) {
      assertThatThrownBy(() -> runner.judge(responses(8)))
          .hasMessageStartingWith("reward flaky answered Infinity (prompt train.jsonl:2,");
    }
  }

  @Test
  void afterAFailureThatStopsNothingMoreIsAsked() {
    AtomicInteger calls = new AtomicInteger();
    Reward reward =
        Reward.of(
            "nan",
            c -> {
              calls.incrementAndGet();
              return number(c) == 1 ? Double.NaN : 1;
            });
    try (RewardRunner runner = new RewardRunner(reward, STOP)) {
      assertThatThrownBy(() -> runner.judge(responses(50))).isInstanceOf(RewardException.class);
    }
    assertThat(calls).hasValue(2);
  }

  @Test
  @SuppressWarnings("NullAway") // A user's class may answer null.
  void whatIsNoNumberDropsItsResponseAlone() {
    Reward reward =
        new Reward() {
          @Override
          public String name() {
            return "odd";
          }

          @Override
          public Judgement judge(Completion completion) {
            return switch (number(completion)) {
              case 1 -> null;
              case 2 -> Judgement.of(Double.NaN);
              case 3 -> Judgement.of(Double.NEGATIVE_INFINITY);
              case 4 -> throw new StackOverflowError();
              case 5 -> Judgement.failed("no opinion");
              case 6 ->
                  Judgement.of(1)
                      .withComponents(com.google.common.collect.ImmutableMap.of("x", Double.NaN));
              default -> Judgement.of(7);
            };
          }
        };
    try (RewardRunner runner = new RewardRunner(reward, DROP)) {
      List<Judgement> judgements = runner.judge(responses(8));
      assertThat(judgements.stream().map(j -> j.failure().orElse("")))
          .containsExactly(
              "",
              "reward odd answered null",
              "reward odd answered NaN",
              "reward odd answered -Infinity",
              "reward odd threw java.lang.StackOverflowError",
              "reward odd: no opinion",
              "reward odd answered x=NaN",
              "");
      assertThat(judgements.get(7).score()).isEqualTo(7);
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
  void aPartThatFailsIsNamedAndTheOthersStayRecorded() {
    Reward bad =
        Reward.of(
            "bad",
            c -> {
              throw new IllegalArgumentException("bad day");
            });
    Reward sum =
        new WeightedReward(
            List.of(
                new WeightedReward.Part("good", 1, Reward.of("good", c -> number(c) + 1.0)),
                new WeightedReward.Part("bad", 1, bad)));
    try (RewardRunner runner = new RewardRunner(sum, DROP)) {
      Judgement judgement = runner.judge(responses(1)).get(0);
      assertThat(judgement.score()).isNaN();
      assertThat(judgement.components()).containsExactly(java.util.Map.entry("good", 1.0));
      assertThat(judgement.failure())
          .contains("reward bad threw java.lang.IllegalArgumentException: bad day");
    }
  }

  @Test
  void aSumThatOverflowsIsAFailure() {
    Reward sum =
        new WeightedReward(
            List.of(new WeightedReward.Part("big", 10, Reward.of("big", c -> Double.MAX_VALUE))));
    try (RewardRunner runner = new RewardRunner(sum, STOP)) {
      assertThatThrownBy(() -> runner.judge(responses(1))).hasMessageContaining("Infinity");
    }
  }

  @Test
  void nothingScoredThreeBatchesInARowStopsTheRunEvenWhereFailuresAreDropped() {
    AtomicInteger batch = new AtomicInteger();
    Reward reward = Reward.ofBatch("down", c -> batch.incrementAndGet() == 3 ? ones(c) : nans(c));
    try (RewardRunner runner = new RewardRunner(reward, DROP)) {
      for (int i = 0; i < 5; i++) {
        assertThat(runner.judge(responses(2))).hasSize(2);
      }
      assertThatThrownBy(() -> runner.judge(responses(2)))
          .isInstanceOf(RewardException.class)
          .hasMessageStartingWith("nothing could be scored 3 batches in a row; reward down");
    }
  }

  private static double[] ones(List<Completion> completions) {
    return completions.stream().mapToDouble(c -> 1).toArray();
  }

  private static double[] nans(List<Completion> completions) {
    return completions.stream().mapToDouble(c -> Double.NaN).toArray();
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
  void aMachineOutOfMemoryIsNoFailureOfAResponse() {
    Reward reward =
        Reward.of(
            "huge",
            c -> {
              throw new OutOfMemoryError("for the test");
            });
    try (RewardRunner runner = new RewardRunner(reward, DROP)) {
      assertThatThrownBy(() -> runner.judge(responses(1))).isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void aLongResponseIsShortenedInTheMessage() {
    Completion completion =
        new Completion(Prompt.text("p", "?", ""), "line\n" + "x".repeat(5000), true);
    try (RewardRunner runner = new RewardRunner(Reward.of("nan", c -> Double.NaN), STOP)) {
      assertThatThrownBy(() -> runner.judge(List.of(completion)))
          .hasMessageContaining("\"line\\nxxx")
          .hasMessageContaining("xxx…\" (5005 characters)")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }
  }

  @Test
  void noResponsesNeedNoCall() {
    try (RewardRunner runner = new RewardRunner(Reward.of("nan", c -> Double.NaN), STOP)) {
      assertThat(runner.judge(List.of())).isEmpty();
    }
  }
}
