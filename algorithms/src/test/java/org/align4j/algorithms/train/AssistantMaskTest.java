package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.Message;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.train.codec.LabelledTokens;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.text.SpecialTokens;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.text.chat.ChatTemplate;
import org.junit.jupiter.api.Test;

/** Of a conversation, what the template marks as the assistant's is learned. */
class AssistantMaskTest {

  private static final CharTokenizer TOKENIZER = new CharTokenizer("abc");
  private static final String MARKED =
      "{% for m in messages %}{% if m.role == 'assistant' %}a{% generation %}{{ m.content }}<eos>"
          + "{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}";

  private static final TextPair CONVERSATION =
      new TextPair(
          Prompt.chat(
              "p",
              List.of(
                  new Message("user", "ab"),
                  new Message("assistant", "b"),
                  new Message("user", "c")),
              ""),
          "bc",
          Optional.of(new Message("assistant", "bc")));

  private static ModelCodec codec(String template) {
    return new ModelCodec(
        TOKENIZER,
        Optional.of(new ChatTemplate(template, SpecialTokens.NONE)),
        ImmutableList.of(CharTokenizer.EOS),
        TOKENIZER.vocabSize());
  }

  @Test
  void everyTurnOfTheAssistantIsLearnedWithWhatEndsIt() {
    LabelledTokens tokens = codec(MARKED).example(CONVERSATION);
    assertThat(TOKENIZER.decode(tokens.ids())).isEqualTo("abab<eos>cabc<eos>");
    List<Integer> learned = new ArrayList<>();
    for (int i = 0; i < tokens.learned().length; i++) {
      if (tokens.learned()[i]) {
        learned.add(i);
      }
    }
    assertThat(learned).containsExactly(3, 4, 7, 8, 9);
  }

  @Test
  void withoutMarksTheLastMessageIsLearned() {
    LabelledTokens tokens =
        codec("{% for m in messages %}{{ m.content }}{% endfor %}").example(CONVERSATION);
    assertThat(TOKENIZER.decode(tokens.ids())).isEqualTo("abbcbc<eos>");
    assertThat(tokens.first()).isEqualTo(4);
  }

  @Test
  void aCallOfAToolCannotBeLearnedWithoutMarks() {
    TextPair call =
        new TextPair(
            CONVERSATION.prompt(),
            "",
            Optional.of(
                new Message(
                    new ChatMessage(
                        JsonNodeFactory.instance
                            .objectNode()
                            .put("role", "assistant")
                            .put("tool_calls", "f")))));
    assertThatThrownBy(() -> codec("x").example(call)).hasMessageContaining("generation");
  }

  /** The loss of a masked conversation is that of its answers, each after all that is before it. */
  @Test
  void theLossIsTheMeanOverWhatIsLearned() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        SftTrainer trainer =
            new SftTrainer(
                run.policy.network(),
                codec(MARKED),
                i -> CONVERSATION,
                1,
                SftSettings.smallModel()
                    .withSteps(60)
                    .withMaxLength(16)
                    .withUpdate(
                        u -> u.withSamples(3).withMicroBatchTokens(1024).withLearningRate(3e-2)))) {
      double expected = 0;
      for (TokenSequence answer :
          List.of(
              new TokenSequence(TOKENIZER.encodeChat("aba"), TOKENIZER.encodeChat("b<eos>")),
              new TokenSequence(
                  TOKENIZER.encodeChat("abab<eos>ca"), TOKENIZER.encodeChat("bc<eos>")))) {
        float[] scores =
            run.policy.score(PackedSequences.ofResponses(List.of(answer), 100, 1f)).outputs()[0];
        for (float score : scores) {
          expected -= score / 5;
        }
      }
      // sums of five float log-probs in another order
      assertThat(trainer.evaluate(List.of(CONVERSATION))).isCloseTo(expected, within(1e-6));
      assertThat(trainer.step().loss()).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void aConversationWithNothingToLearnIsFoundBeforehand() {
    PromptCheck check = new PromptCheck(codec("{% generation %}{% endgeneration %}abc"), 32);
    assertThatThrownBy(() -> check.usableExamples(List.of(CONVERSATION), BadLines.FATAL))
        .hasMessageContaining("no token to learn");
  }
}
