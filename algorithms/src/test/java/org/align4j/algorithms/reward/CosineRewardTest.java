package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.align4j.algorithms.data.Prompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CosineRewardTest {

  private static Judgement judge(String text, String answer) {
    Reward exact =
        Reward.of("exact", (prompt, response) -> response.endsWith(prompt.answer()) ? 1 : 0);
    return new CosineReward(exact, CosineReward.Scale.OPEN_R1)
        .judge(new Completion(Prompt.text("1", "?", answer), text, true));
  }

  /** Values of Open-R1's get_cosine_scaled_reward with its defaults, run in Python. */
  @ParameterizedTest
  @CsvSource({
    "250, 0.9267766952966369, -0.9267766952966369",
    "500, 0.75, -0.75",
    "1000, 0.5, -0.5"
  })
  void shortRightAnswersAndLongWrongOnesScoreMore(int length, double right, double wrong) {
    String text = "x".repeat(length - 1) + "7";
    assertThat(judge(text, "7").score()).isCloseTo(right, within(1e-12));
    assertThat(judge(text, "8").score()).isCloseTo(wrong, within(1e-12));
  }

  /** Open-R1's cosine turns round there: a longer right answer would score more again. */
  @Test
  void beyondTheLongestTheScoreStays() {
    assertThat(judge("x".repeat(1499) + "7", "7").score()).isEqualTo(0.5);
  }

  /** Python's len counts code points; each of these is two chars here. */
  @Test
  void lengthIsInCodePoints() {
    assertThat(judge("𝟟".repeat(500), "𝟟").score()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void theVerdictIsThatOfTheAnswer() {
    assertThat(judge("7", "7").verdict()).isEqualTo("correct");
    assertThat(judge("7", "8").verdict()).isEqualTo("wrong");
  }

  @Test
  void aLengthOfNothingIsRefused() {
    assertThatThrownBy(() -> new CosineReward.Scale(1, 0, 0, 0, 0))
        .hasMessageContaining("maxLength is 0");
  }
}
