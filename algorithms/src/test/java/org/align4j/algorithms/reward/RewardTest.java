package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.math.MathReward;
import org.junit.jupiter.api.Test;

class RewardTest {

  private static final Completion SEVEN =
      new Completion(Prompt.text("1", "3+4", "7"), "it is 7", false);

  @Test
  void aFunctionOfPromptAndResponseIsAReward() {
    Reward reward =
        Reward.of("ends", (prompt, response) -> response.endsWith(prompt.answer()) ? 1 : 0);
    assertThat(reward.name()).isEqualTo("ends");
    assertThat(reward.judge(SEVEN)).isEqualTo(Judgement.of(1));
  }

  @Test
  void aFunctionOfTheCompletionSeesWhetherItEnded() {
    assertThat(Reward.of("ended", c -> c.finished() ? 1 : -1).judge(SEVEN).score()).isEqualTo(-1);
  }

  @Test
  void aFunctionOfManyResponsesIsAskedOnce() {
    BatchReward reward = Reward.ofBatch("sizes", c -> new double[] {c.size(), 2});
    assertThat(reward.judgeAll(List.of(SEVEN, SEVEN)).stream().map(Judgement::score))
        .containsExactly(2.0, 2.0);
  }

  @Test
  void withoutAVerdictAFullScoreIsRight() {
    Reward reward = Reward.of("x", c -> 0);
    assertThat(reward.isRight(Judgement.of(1))).isTrue();
    assertThat(reward.isRight(Judgement.of(0.99))).isFalse();
    assertThat(reward.isRight(new Judgement(0, "correct"))).isTrue();
    assertThat(reward.isRight(new Judgement(5, "wrong"))).isFalse();
    assertThat(reward.isRight(Judgement.failed("no"))).isFalse();
  }

  @Test
  void aFailureHasNoScore() {
    assertThat(Judgement.failed("no").score()).isNaN();
    assertThatThrownBy(() ->
            new Judgement(
                1, "", com.google.common.collect.ImmutableMap.of(), java.util.Optional.of("no")))
        .hasMessageContaining("score is 1.0 beside a failure");
  }

  /** 0.9 · 1 + 0.5 · (−2). */
  @Test
  void aWeightedSumRecordsItsParts() {
    Reward sum =
        new WeightedReward(
            List.of(
                new WeightedReward.Component("math", 0.9, new MathReward()),
                new WeightedReward.Component("two", 0.5, Reward.of("two", c -> -2))));
    Judgement judgement = sum.judge(SEVEN);
    assertThat(judgement.score()).isEqualTo(0.9 - 1);
    assertThat(judgement.verdict()).isEqualTo("correct");
    assertThat(judgement.components())
        .containsExactly(Map.entry("math", 1.0), Map.entry("two", -2.0));
    assertThat(sum.isRight(judgement)).isTrue();
  }

  @Test
  void partsOfOneNameAreRefused() {
    var part = new WeightedReward.Component("a", 1, Reward.of("a", c -> 0));
    assertThatThrownBy(() -> new WeightedReward(List.of(part, part)))
        .hasMessageContaining("two parts have one name (a, a)");
  }

  @Test
  void aMetricIsTheMeanOverTheResponsesThatHaveTheComponent() {
    var judgements =
        List.of(
            Judgement.of(1).withComponents(com.google.common.collect.ImmutableMap.of("a", 1.0)),
            Judgement.of(1)
                .withComponents(com.google.common.collect.ImmutableMap.of("a", 2.0, "b", 5.0)),
            Judgement.failed("no"));
    assertThat(RewardMetrics.of(judgements))
        .containsExactly(Map.entry("score/a", 1.5), Map.entry("score/b", 5.0));
  }
}
