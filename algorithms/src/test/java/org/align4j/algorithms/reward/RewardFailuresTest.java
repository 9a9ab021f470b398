package org.align4j.algorithms.reward;

import static org.align4j.algorithms.reward.Numbered.await;
import static org.align4j.algorithms.reward.Numbered.number;
import static org.align4j.algorithms.reward.Numbered.responses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.settings.input.OnFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of responses that cannot be scored. */
@Timeout(60)
class RewardFailuresTest {

  private static final RewardLimits STOP = RewardLimits.DEFAULT;
  private static final RewardLimits DROP = STOP.withOnFailure(OnFailure.DROP);

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
                new WeightedReward.Component("good", 1, Reward.of("good", c -> number(c) + 1.0)),
                new WeightedReward.Component("bad", 1, bad)));
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
            List.of(
                new WeightedReward.Component("big", 10, Reward.of("big", c -> Double.MAX_VALUE))));
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
}
