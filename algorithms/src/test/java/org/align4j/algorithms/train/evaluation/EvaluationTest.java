package org.align4j.algorithms.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.math.MathReward;
import org.align4j.algorithms.train.report.ScoredSample;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  private static Evaluation of(int k, String... answers) {
    Prompt prompt = Prompt.text("1", "?", "7");
    MathReward reward = new MathReward();
    ImmutableList.Builder<ScoredSample> samples = ImmutableList.builder();
    ImmutableList.Builder<Boolean> right = ImmutableList.builder();
    for (String answer : List.of(answers)) {
      Completion completion = new Completion(prompt, answer, true);
      Judgement judgement = reward.judge(completion);
      samples.add(new ScoredSample(completion, judgement, answer.length()));
      right.add(reward.isRight(judgement));
    }
    return new Evaluation(k, samples.build(), right.build());
  }

  /** 1 − C(2,2)/C(4,2) = 5/6 for two right of four; 1 − C(3,2)/C(4,2) = 1/2 for one. */
  @Test
  void passAtKIsUnbiased() {
    Evaluation evaluation = of(4, "7", "7", "8", "9", "7", "1", "2", "3");
    assertThat(evaluation.passAtK(2).value()).isCloseTo((5 / 6.0 + 0.5) / 2, within(1e-12));
    assertThat(evaluation.passAtK(1).value())
        .isCloseTo(evaluation.meanAtK().value(), within(1e-12));
    assertThat(evaluation.passAtK(4).value()).isEqualTo(1);
    assertThat(evaluation.meanAtK().value()).isEqualTo(0.375);
    assertThatThrownBy(() -> evaluation.passAtK(5)).hasMessageContaining("k is 5");
  }

  /** 7 and 7.0 are one answer; what has no answer has no vote. */
  @Test
  void theMajorityDecides() {
    assertThat(of(4, "8", "7", "7.0", "?").majorityAtK().value()).isEqualTo(1);
    assertThat(of(4, "8", "8", "7", "?").majorityAtK().value()).isZero();
    assertThat(of(2, "?", "??").majorityAtK().value()).isZero();
    assertThat(of(2, "7", "8", "8", "7").majorityAtK().value()).isEqualTo(0.5);
  }

  /** Wilson's interval of 8 of 10 as R's prop.test(correct = FALSE) gives it. */
  @Test
  void accuracyHasWilsonsInterval() {
    Interval interval = of(1, "7", "7", "7", "7", "7", "7", "7", "7", "1", "2").accuracy();
    assertThat(interval.value()).isEqualTo(0.8);
    assertThat(interval.low()).isCloseTo(0.4901625, within(1e-6));
    assertThat(interval.high()).isCloseTo(0.9433178, within(1e-6));
  }
}
