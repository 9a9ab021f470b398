package org.align4j.algorithms.reward.math;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Rewards;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MathVerifierTest {

  /** Verdicts of a careful reader, where the shared data are at hand. */
  @TestFactory
  Stream<DynamicTest> agreesWithACarefulReader() throws Exception {
    Path file =
        Path.of(System.getProperty("align4j.shared", "shared"), "data/gsm8k/verifier.jsonl");
    if (!Files.exists(file)) {
      return Stream.of();
    }
    ObjectMapper mapper = new ObjectMapper();
    return Files.readAllLines(file).stream()
        .map(line ->
            DynamicTest.dynamicTest(
                line.substring(0, Math.min(80, line.length())),
                () -> {
                  var node = mapper.readTree(line);
                  var found =
                      MathVerifier.verify(node.get("text").asText(), node.get("answer").asText());
                  assertThat(found.verdict().label())
                      .as(found.extracted())
                      .isEqualTo(node.get("verdict").asText());
                }));
  }

  /**
   * Spellings of one answer and answers that are others, as a mathematician reads them: boxed, each
   * against the other.
   */
  @TestFactory
  Stream<DynamicTest> oneAnswerHasManySpellingsAndNoOtherIsIt() throws Exception {
    return lines("answers.jsonl")
        .map(line ->
            DynamicTest.dynamicTest(
                line.get("answer").asText(),
                () -> {
                  String answer = line.get("answer").asText();
                  assertCorrect("\\boxed{" + answer + "}", answer);
                  assertCorrect(answer, answer);
                  for (JsonNode same : line.get("same")) {
                    assertCorrect("\\boxed{" + same.asText() + "}", answer);
                    assertCorrect("\\boxed{" + answer + "}", same.asText());
                    assertCorrect("So:\n#### " + same.asText(), answer);
                  }
                  for (JsonNode other : line.get("other")) {
                    assertNotCorrect("\\boxed{" + other.asText() + "}", answer);
                    assertNotCorrect("\\boxed{" + answer + "}", other.asText());
                    assertNotCorrect("#### " + other.asText(), answer);
                  }
                }));
  }

  /** Where texts state their answers, as a careful reader finds them. */
  @TestFactory
  Stream<DynamicTest> theAnswerIsFoundWhereATextStatesIt() throws Exception {
    return lines("texts.jsonl")
        .map(line ->
            DynamicTest.dynamicTest(
                line.toString(),
                () -> {
                  String text = line.get("text").asText();
                  String answer = line.get("answer").asText();
                  switch (line.get("verdict").asText()) {
                    case "correct" -> assertCorrect(text, answer);
                    case "not correct" -> assertNotCorrect(text, answer);
                    default ->
                        assertThat(MathVerifier.verify(text, answer).verdict().label())
                            .isEqualTo(line.get("verdict").asText());
                  }
                }));
  }

  private static Stream<JsonNode> lines(String resource) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    for (String line :
        Resources.readLines(
            Resources.getResource(MathVerifierTest.class, resource), StandardCharsets.UTF_8)) {
      lines.add(mapper.readTree(line));
    }
    return lines.stream();
  }

  private static void assertCorrect(String text, String answer) {
    assertThat(MathVerifier.verify(text, answer).verdict())
        .as("%s against %s", text, answer)
        .isEqualTo(Verdict.CORRECT);
  }

  private static void assertNotCorrect(String text, String answer) {
    assertThat(MathVerifier.verify(text, answer).verdict())
        .as("%s against %s", text, answer)
        .isNotEqualTo(Verdict.CORRECT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-none-",
      value = {
        "\\boxed{}, so 5 | -none-",
        "#### 5 \\boxed{7} | 7",
        "\\boxed{\\boxed{5}} | 5",
        "\\boxed{42 | 42",
        "\\boxed{8} and \\boxed{9 | 8",
        "\\boxed {x = 12\\text{ kg}} | 12",
        "\\boxed{1{,}234} | 1234",
        "\\boxed{1\\,234\\,567} | 1234567",
        "\\boxed{-\\frac{3}{6}} | -0.5",
        "\\boxed{\\frac{-1}{3}} | -1/3",
        "\\boxed{2\\frac{1}{2}} | 2.5",
        "\\boxed{\\frac12} | 0.5",
        "\\boxed{2\\sqrt{3}} | 2 \\sqrt 3",
        "\\boxed{2^3} | 2 ^ 3",
        "\\boxed{30^\\circ} | 30",
        "\\boxed{\\text{none}} | none",
        "\\boxed{50\\%} | 50",
        "\\boxed{\\$1,250} | 1250",
        "#### 3*6=18 | 18",
        "#### -$7.50 | -7.5",
        "#### $-7.50 | -7.5",
        "#### 5 of 10 | 5 of 10",
        "loss of \u221212 points | -12",
        "10 - 3 | 10 - 3",
        "10-3 | 10 - 3",
        "between 3-5 | between 3 - 5",
        "1 1/2 cups | 1.5",
        "1\u00bd cups | 1.5",
        "2/6 | 1/3",
        "24 / 48 | 0.5",
        "5/0 | 5 / 0",
        "1,2 | 1,2",
        "12,345,678 | 12345678",
        "1234,567 | 1234,567",
        "1\u202f234 m | 1234",
        "2.5e3 | 2500",
        "He had 3eggs | 3",
        "007 | 7",
        "100 | 100",
        "-0.0 | 0",
        "0.10 | 0.1",
        "\uff11\uff18 | 18",
        "no digits | -none-",
      })
  void findsTheFinalAnswer(String text, String expected) {
    assertThat(MathVerifier.extract(text)).isEqualTo(expected == null ? "" : expected);
  }

  /** 99999999999999999999 and its neighbour are one double, but two numbers. */
  @Test
  void comparesExactly() {
    assertThat(MathVerifier.verify("0.1000000000000000000001", "0.1").verdict())
        .isEqualTo(Verdict.WRONG);
    assertThat(MathVerifier.verify("1" + "0".repeat(500), "1e500").verdict())
        .isEqualTo(Verdict.CORRECT);
  }

  /** Texts of a million characters that would take quadratic time if anything were rescanned. */
  @Test
  void longTextsEnd() {
    int n = 1_000_000;
    for (String unit :
        new String[] {
          "\\boxed{",
          "\\frac{",
          "\\frac{1}",
          "9",
          "1,",
          "1,000",
          "1/",
          "####",
          "}",
          "- ",
          "1 ",
          "e1",
          "=",
          "1 1/",
          "-$",
          "\\boxed{1}, ",
          "\\boxed ",
          "answer is ",
          "The answer is 5. ",
          "#### 5\n",
          "#### x\n",
          "\nQuestion: 5",
          "\nProblem: x",
          "\\text{",
          "(",
          "x1 ",
          "\\begin{pmatrix}1",
          "1\\end{pmatrix}",
          "<<1",
          "and ",
          "10^",
          "\u00bd",
          "\u00b2"
        }) {
      assertThat(MathVerifier.extract(unit.repeat(n / unit.length()))).as(unit).isNotNull();
    }
  }

  @Test
  void nothingMakesItThrow() {
    String alphabet =
        "\\boxed{}[]()frac#0123456789.,:;&|!*'/-+eE $%^_=<>\u2212\u00bd\u00b2\u202f\n \ud83d\ude00x";
    String[] pieces = {
      "answer is ",
      "\\text{",
      "\\left(",
      "\\end{matrix}",
      "\\begin{matrix}",
      "10^{",
      " and ",
      " to ",
      "pm",
      "a.m.",
      "\\sqrt",
      "x = ",
      "\\approx",
      "million",
      "\nQuestion: ",
      "**",
      "\\,",
      "{,}",
      "\\{",
      "\\}",
      "^\\circ",
      "negative "
    };
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(40); j > 0; j--) {
        switch (random.nextInt(8)) {
          case 0 -> text.append("\\boxed{");
          case 1 -> text.append("\\frac{");
          case 2 -> text.append("####");
          case 3 -> text.append(pieces[random.nextInt(pieces.length)]);
          default -> text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      assertThat(MathVerifier.extract(text.toString())).isNotNull();
    }
  }

  @Test
  void rewardsHaveTwoScales() {
    var prompt = org.align4j.algorithms.data.Prompt.text("1", "?", "5");
    var wrong = new Completion(prompt, "6", true);
    assertThat(Rewards.named("math").judge(wrong)).isEqualTo(new Judgement(0, "wrong"));
    assertThat(Rewards.named("math-signed").judge(wrong)).isEqualTo(new Judgement(-1, "wrong"));
    assertThat(Rewards.named("math").judge(new Completion(prompt, "5", true)).score()).isEqualTo(1);
  }
}
