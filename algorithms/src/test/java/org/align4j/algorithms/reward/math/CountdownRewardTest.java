package org.align4j.algorithms.reward.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Rewards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verdicts are those of reasoning-gym's {@code score_answer}, but for what a comment says. */
class CountdownRewardTest {

  private static Judgement judge(String response, String reference) {
    return Rewards.named("countdown")
        .judge(new Completion(Prompt.text("1", "?", reference), response, true));
  }

  private static Judgement correct() {
    return new Judgement(1, "correct");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(3 + 5) * 2",
        "2*(5+3)",
        "<think>\n8 * 2\n</think>\nSo:\n(3+5)*2\n",
        "<answer>(3 + 5) * 2</answer> that is it",
        "`(3 + 5) × 2`",
        // reasoning-gym wants no =
        "(5 + 3) * 2 = 16"
      })
  void anyExpressionOfTheNumbersWithTheValueIsRight(String response) {
    assertThat(judge(response, "(3+5)*2")).isEqualTo(correct());
  }

  @ParameterizedTest
  @CsvSource({
    "3 + 5 * 2, wrong",
    "16, wrong",
    "(3 + 5) + 5 + 3, wrong",
    "3 + 5 + 8, wrong",
    "(3 + 5) * 2 * 1, wrong",
    "three plus five, unparsable",
    "(3 + 5 * 2, unparsable",
    "3 + (5 * 2)) , unparsable",
    "3 5 2, unparsable",
    "3 ** 5, unparsable",
    "2 / (3 - 3) + 5, unparsable",
    "'', unparsable",
    "= 16, unparsable"
  })
  void whatDoesNotSolveThePromptIsNotRight(String response, String verdict) {
    assertThat(judge(response, "(3+5)*2")).isEqualTo(new Judgement(0, verdict));
  }

  /** 6 / (1 − 3/4) and 8 / (3 − 8/3) are 24: there are fractions on the way. */
  @Test
  void valuesAreExact() {
    assertThat(judge("6 / (1 - 3 / 4)", "(6 / (4 - 3)) * 4 * 1")).isNotEqualTo(correct());
    assertThat(judge("6 / (1 - 3 / 4)", "6 * 4 / (1 * 3 / 3)")).isNotEqualTo(correct());
    assertThat(judge("4 * 6 * 1 + 3 - 3", "6 / (1 - 3 / 4)")).isNotEqualTo(correct());
    assertThat(judge("6/(1 - 3/4)", "6 / (1 - 3 / 4)")).isEqualTo(correct());
    assertThat(judge("1*6*4*(3/3)", "8 / (3 - 8 / 3)")).isNotEqualTo(correct());
    assertThat(judge("7/3*3", "3*7/3")).isEqualTo(correct());
    assertThat(judge("-6 - -30", "30 - 6")).isEqualTo(correct());
  }

  @Test
  void aReferenceThatIsNoExpressionIsRefused() {
    assertThatThrownBy(() -> judge("1", "forty-two"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the reference answer 'forty-two' is no arithmetic expression");
  }

  @Test
  void longTextsEndSoon() {
    assertThat(judge("(".repeat(100_000), "1+2")).isEqualTo(new Judgement(0, "unparsable"));
    assertThat(judge("9*".repeat(10_000) + "9", "1+2")).isEqualTo(new Judgement(0, "unparsable"));
  }
}
