package org.align4j.algorithms.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.algorithms.reward.math.MathVerifier;
import org.align4j.algorithms.reward.math.Verdict;
import org.junit.jupiter.api.Test;

class ArithmeticTaskTest {

  private static final Map<String, Integer> WORDS =
      Map.of(
          "one", 1, "two", 2, "three", 3, "four", 4, "five", 5, "six", 6, "seven", 7, "eight", 8,
          "nine", 9, "ten", 10);

  @Test
  void heldOutProblemsAreNeverTrainedOn() {
    Set<String> heldOut = texts(ArithmeticTask.heldOut(ArithmeticTask.HELD_OUT_SIZE));
    assertThat(heldOut.size()).isGreaterThanOrEqualTo(500);
    assertThat(texts(ArithmeticTask.training())).doesNotContainAnyElementsOf(heldOut);
    for (int i = 0; i < 20_000; i++) {
      assertThat(heldOut).doesNotContain(ArithmeticTask.demonstration(i).prompt().text());
    }
  }

  /** An independent reader of the prompt text comes to the same answer, and so do the solutions. */
  @Test
  void answersAndSolutionsAreRight() {
    int careful = 0;
    for (int i = 0; i < 5000; i++) {
      TextPair pair = ArithmeticTask.demonstration(i);
      Prompt prompt = pair.prompt();
      assertThat(prompt.answer()).isEqualTo(Integer.toString(calculate(prompt.text())));
      assertThat(MathVerifier.verify(pair.response(), prompt.answer()).verdict())
          .isEqualTo(Verdict.CORRECT);
      assertThat(prompt.text().length()).isLessThanOrEqualTo(ArithmeticTask.MAX_PROMPT);
      assertThat(pair.response().length()).isLessThanOrEqualTo(ArithmeticTask.MAX_SOLUTION);
      assertThat(ArithmeticTask.ALPHABET.chars().boxed())
          .containsAll((prompt.text() + pair.response()).chars().boxed().toList());
      careful += pair.response().contains("=") ? 1 : 0;
    }
    assertThat(careful).isBetween(2000, 3000);
  }

  private static int calculate(String text) {
    List<String> parts = Splitter.on(", ").splitToList(text.replace(":", ""));
    int value = number(parts.get(0));
    for (int i = 1; i < parts.size(); i++) {
      List<String> words = Splitter.on(' ').splitToList(parts.get(i));
      value =
          switch (words.get(0)) {
            case "add" -> value + number(words.get(1));
            case "take" -> value - number(words.get(1));
            case "double" -> value * 2;
            default -> value / 2;
          };
    }
    return value;
  }

  private static int number(String text) {
    Integer word = WORDS.get(text);
    return word == null ? Integer.parseInt(text) : word;
  }

  private static Set<String> texts(Prompts prompts) {
    Set<String> texts = new HashSet<>();
    for (int i = 0; i < prompts.size(); i++) {
      texts.add(prompts.get(i).text());
    }
    return texts;
  }
}
