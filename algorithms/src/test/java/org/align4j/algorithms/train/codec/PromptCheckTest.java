package org.align4j.algorithms.train.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.train.RlModels;
import org.align4j.algorithms.train.RlTrainer;
import org.align4j.algorithms.train.TinyRun;
import org.align4j.core.engine.Engine;
import org.align4j.models.text.CharTokenizer;
import org.junit.jupiter.api.Test;

/** A model of 8 positions; a text has as many tokens as letters, and "!" has no encoding. */
final class PromptCheckTest {

  private static final PromptCheck CHECK = new PromptCheck(new Letters(), 8);

  private static final class Letters implements PromptCodec {
    int encoded;

    @Override
    public int[] encode(Prompt prompt) {
      encoded++;
      return encodeResponse(prompt.text());
    }

    @Override
    public int[] encodeResponse(String response) {
      if (response.contains("!")) {
        throw new IllegalStateException("the template failed");
      }
      return new int[response.length()];
    }

    @Override
    public String decode(int[] response) {
      return "";
    }
  }

  private static Prompts prompts(String... texts) {
    return Prompts.of(
        IntStream.range(0, texts.length)
            .mapToObj(i -> Prompt.text("p.jsonl:" + (i + 1), texts[i], ""))
            .toList());
  }

  @Test
  void aPromptThatLeavesNoRoomIsNamedByFileAndLine() {
    assertThatThrownBy(() -> CHECK.usable(prompts("ab", "abcdefgh"), 4, BadLines.FATAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p.jsonl:2 has 8 tokens, of at most 8 with the response: shorten it")
        .hasMessageContaining("--skip-bad-lines");
  }

  @Test
  void aPromptThatLeavesRoomForOneTokenIsTaken() {
    assertThat(CHECK.usable(prompts("abcdefg"), 4, BadLines.FATAL).size()).isEqualTo(1);
  }

  @Test
  void anEmptyPromptAndAFailingTemplateAreNamed() {
    assertThatThrownBy(() -> CHECK.usable(prompts(""), 4, BadLines.FATAL))
        .hasMessageContaining("p.jsonl:1 has no token");
    assertThatThrownBy(() -> CHECK.usable(prompts("a!"), 4, BadLines.FATAL))
        .hasMessageContaining("p.jsonl:1 cannot be encoded: the template failed");
  }

  @Test
  void badPromptsAreLeftOutWhereAskedFor() {
    Prompts usable = CHECK.usable(prompts("a", "abcdefghi", "!", "b"), 4, BadLines.SKIP);
    assertThat(IntStream.range(0, usable.size()).mapToObj(i -> usable.get(i).text()))
        .containsExactly("a", "b");
    assertThat(usable.slice(1, 2).get(0).text()).isEqualTo("b");
  }

  @Test
  void aFileWithoutAUsablePromptIsRefusedEvenWhereBadOnesAreLeftOut() {
    assertThatThrownBy(() -> CHECK.usable(prompts("!", "!"), 4, BadLines.SKIP))
        .hasMessage(
            "none of the prompts can be used; the first: p.jsonl:1 cannot be encoded: the template"
                + " failed");
  }

  @Test
  void whatACheckHasPassedIsNotEncodedAgain() {
    Letters letters = new Letters();
    PromptCheck check = new PromptCheck(letters, 8);
    Prompts usable = check.usable(prompts("a", "b", "c"), 4, BadLines.FATAL);
    var unused = check.usable(usable.slice(0, 2), 4, BadLines.FATAL);
    assertThat(letters.encoded).isEqualTo(3);
    unused = check.withMaxLength(5).usable(usable, 4, BadLines.FATAL);
    assertThat(letters.encoded).as("a stricter check looks again").isEqualTo(6);
  }

  @Test
  void anExampleWhosePromptLeavesRoomIsKeptThoughItsResponseIsCut() {
    List<TextPair> examples =
        List.of(
            new TextPair(Prompt.text("s.jsonl:1", "abc", ""), "abcdefgh"),
            new TextPair(Prompt.text("s.jsonl:2", "abcdefgh", ""), "a"));
    assertThat(CHECK.usableExamples(examples, BadLines.SKIP)).containsExactly(examples.get(0));
    assertThatThrownBy(() -> CHECK.usableExamples(examples, BadLines.FATAL))
        .hasMessageContaining("s.jsonl:2 has 8 tokens");
  }

  @Test
  void aPairIsTakenOnlyIfBothResponsesFit() {
    Prompt prompt = Prompt.text("pairs.jsonl:1", "abc", "");
    List<PreferencePair> whole = List.of(new PreferencePair(prompt, "abcde", "a"));
    assertThat(CHECK.usablePairs(whole, BadLines.FATAL)).isEqualTo(whole);
    assertThatThrownBy(() ->
            CHECK.usablePairs(List.of(new PreferencePair(prompt, "a", "abcdef")), BadLines.FATAL))
        .hasMessageContaining(
            "pairs.jsonl:1 has 9 tokens with the rejected response, of at most 8");
  }

  @Test
  void aTrainerChecksItsPromptsBeforeTheFirstStep() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      assertThatThrownBy(() ->
              new RlTrainer(
                  TinyRun.SETTINGS,
                  RlModels.of(run.policy, run.reference, run.critic),
                  ModelCodec.of(run.policy),
                  prompts("ab", "abc".repeat(11)),
                  new TinyRun.ShareOfAs()))
          .hasMessageContaining("p.jsonl:2 has 33 tokens, of at most 32");
    }
  }

  @Test
  void anIdBeyondTheModelsVocabularyIsRefused() {
    CharTokenizer tokenizer = new CharTokenizer("abc");
    int last = tokenizer.encodePlain("c")[0];
    ModelCodec codec =
        new ModelCodec(tokenizer, Optional.empty(), ImmutableList.of(CharTokenizer.EOS), last);
    assertThatThrownBy(
            () -> new PromptCheck(codec, 8).usable(prompts("ab", "abc"), 4, BadLines.FATAL))
        .hasMessageContaining(
            "p.jsonl:2 cannot be encoded: token %s is not in the model's vocabulary of %s",
            last, last);
  }
}
