package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.settings.input.OnFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatRewardTest {

  private static Completion response(String text) {
    return new Completion(Prompt.text("1", "?", ""), text, true);
  }

  /**
   * What Python's {@code re.match} with DOTALL and MULTILINE answers for the patterns of Open-R1's
   * format_reward and TRL's think_format_reward; | is a line break.
   */
  @ParameterizedTest
  @CsvSource({
    "<think>|a|</think>|<answer>|7|</answer>, 1, 1",
    "<think>|a|</think>|<answer>|7|</answer>|more, 1, 1",
    "<think>|a|</think>|<answer>|7|</answer> more, 0, 1",
    "' <think>|a|</think>|<answer>|7|</answer>', 0, 0",
    "<think>a</think><answer>7</answer>, 0, 1",
    "<think>|a|</think>||<answer>|7|</answer>, 0, 1",
    "x|<think>|a|</think>|<answer>|7|</answer>, 0, 0",
    "<think>|a|</think>|<answer>|7|</answer>\r|more, 0, 1",
    "<think>a</think>b, 0, 1",
    "<think>a<think>b</think>c, 0, 0",
    "<think>a, 0, 0",
    "'', 0, 0",
    "<think>\u2028</think>\u2028b, 0, 1",
    "a<think>b</think>, 0, 0",
  })
  void thePeersFormatsAreTheirs(String text, double thinkAnswer, double think) {
    Completion response = response(text.replace('|', '\n'));
    assertThat(FormatReward.thinkAnswer().judge(response).score()).isEqualTo(thinkAnswer);
    assertThat(FormatReward.think().judge(response).score()).isEqualTo(think);
  }

  @Test
  void aPatternOfOnesOwnIsFoundAnywhere() {
    FormatReward boxed = FormatReward.of("boxed", "\\\\boxed\\{\\d+\\}");
    assertThat(boxed.judge(response("so \\boxed{42}.")).score()).isEqualTo(1);
    assertThat(boxed.judge(response("so 42.")).score()).isZero();
  }

  @Test
  void whatIsNoPatternIsSaidWhereItIs() {
    assertThatThrownBy(() -> FormatReward.of("x", "a(b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("pattern \"a(b\" is not a regular expression: Unclosed group");
  }

  /** Two to the forty ways of cutting forty letters: for ever, without the interrupt. */
  @Test
  @Timeout(30)
  void aPatternThatNeverEndsIsInterrupted() {
    FormatReward endless = FormatReward.of("endless", "^(a|aa|a)*?(a|aa|a)*?b$");
    RewardLimits limits =
        RewardLimits.DEFAULT.withPerResponse(Duration.ofMillis(100)).withOnFailure(OnFailure.DROP);
    try (RewardRunner runner = new RewardRunner(endless, limits)) {
      List<Judgement> judgements = runner.judge(List.of(response("a".repeat(60)), response("aab")));
      assertThat(judgements.get(0).failure())
          .contains("reward endless did not answer within 100 ms");
      assertThat(judgements.get(1).score()).isEqualTo(1);
    }
  }
}
