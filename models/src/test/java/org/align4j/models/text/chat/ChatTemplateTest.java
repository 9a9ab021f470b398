package org.align4j.models.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.text.ByteLevelBpeTest;
import org.align4j.models.text.SpecialTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChatTemplateTest {

  private static final SpecialTokens TOKENS =
      new SpecialTokens(
          Optional.of("<s>"), Optional.of("</s>"), Optional.empty(), Optional.empty());

  @TempDir Path folder;

  /** Expected texts: {@code render_jinja_template} of transformers 5.23 on the same input. */
  @Test
  void templatesRenderAsInTransformers() throws IOException {
    for (String line : ByteLevelBpeTest.resource("chat-cases.jsonl").lines().toList()) {
      JsonNode row = JsonFiles.mapper().readTree(line);
      var template = new ChatTemplate(row.path("template").asText(), TOKENS);
      List<ChatMessage> messages = new ArrayList<>();
      row.path("messages")
          .forEach(message ->
              messages.add(
                  new ChatMessage(
                      message.path("role").asText(), message.path("content").asText())));
      boolean prompt = row.path("prompt").asBoolean();
      if (row.has("error")) {
        assertThatThrownBy(() -> template.prompt(messages))
            .as(line)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(row.path("error").asText());
      } else {
        assertThat(prompt ? template.prompt(messages) : template.render(messages))
            .as(line)
            .isEqualTo(row.path("text").asText());
      }
    }
  }

  @Test
  void whatAMessageSaysIsNeverEvaluated() {
    var template = new ChatTemplate("{{ messages[0]['content'] }}", TOKENS);
    String hostile = "{{ raise_exception('x') }}{% for i in [1] %}{{ i }}{% endfor %}<b>&{# c #}";
    assertThat(template.prompt(List.of(ChatMessage.user(hostile)))).isEqualTo(hostile);
  }

  @Test
  void timesAreThoseOfTheClock() {
    var template =
        new ChatTemplate("{{ strftime_now('%d %b %Y, %H:%M:%S') }}", TOKENS)
            .withClock(Clock.fixed(Instant.parse("2026-03-07T14:05:09Z"), ZoneOffset.UTC));
    assertThat(template.render(List.of())).isEqualTo("07 Mar 2026, 14:05:09");
  }

  @Test
  void aTemplateIsFoundInEachOfItsPlaces() throws IOException {
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"eos_token\": {\"content\": \"</s>\"}}");
    assertThat(ChatTemplate.read(folder)).isEmpty();
    Files.writeString(
        config, "{\"eos_token\": {\"content\": \"E\"}, \"chat_template\": \"a{{ eos_token }}\"}");
    assertThat(ChatTemplate.read(folder).orElseThrow().render(List.of())).isEqualTo("aE");
    Files.writeString(
        config,
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"},"
            + " {\"name\": \"default\", \"template\": \"d\"}]}");
    assertThat(ChatTemplate.read(folder).orElseThrow().render(List.of())).isEqualTo("d");
    Files.writeString(folder.resolve("chat_template.jinja"), "file");
    assertThat(ChatTemplate.read(folder).orElseThrow().render(List.of())).isEqualTo("file");
  }

  @Test
  void theTemplateNamedToolUseServesConversationsWithTools() throws IOException {
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(folder.resolve("chat_template.jinja"), "plain");
    Files.writeString(
        folder.resolve("additional_chat_templates").resolve("tool_use.jinja"),
        "{{ tools|tojson }}");
    ChatTemplate template = ChatTemplate.read(folder).orElseThrow();
    assertThat(template.apply(conversation("{\"tools\": [{\"name\": \"f\"}]}"), false).text())
        .isEqualTo("[{\"name\": \"f\"}]");
    assertThat(template.apply(conversation("{}"), false).text()).isEqualTo("plain");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    template.save(copy);
    assertThat(copy.resolve("additional_chat_templates").resolve("tool_use.jinja"))
        .hasContent("{{ tools|tojson }}");
  }

  @Test
  void templatesWithoutADefaultAreAnErrorThatNamesThem() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}]}");
    ChatTemplate template = ChatTemplate.read(folder).orElseThrow();
    assertThatThrownBy(() -> template.render(List.of()))
        .hasMessageContaining("rag")
        .hasMessageContaining("default");
  }

  /** Each as {@code apply_chat_template} of transformers 5.24 binds it. */
  @Test
  void theTemplateIsToldWhatTransformersTellsIt() {
    checkBinding(
        "{{ tools is none }}{{ documents is none }}{{ pad_token is defined }}",
        "{}",
        "TrueTrueFalse");
    checkBinding("{{ enable_thinking }}", "{\"kwargs\": {\"enable_thinking\": false}}", "False");
    checkBinding("{{ bos_token }}", "{\"kwargs\": {\"bos_token\": \"x\"}}", "x");
    checkBinding(
        "{{ messages[0].content[0].text }}",
        "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"hi\"}]}]}",
        "hi");
    checkBinding(
        "{{ messages[0].tool_calls is defined }}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"\", \"tool_calls\": null}]}",
        "False");
    checkBinding(
        "{{ messages[0].reasoning_content }}{{ messages[0].thinking }}",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\", \"reasoning\": \"r\"}]}",
        "rr");
  }

  private static void checkBinding(String source, String json, String expected) {
    String text = new ChatTemplate(source, TOKENS).apply(conversation(json), false).text();
    assertThat(text).as(source).isEqualTo(expected);
  }

  private static Conversation conversation(String json) {
    try {
      JsonNode given = JsonFiles.mapper().readTree(json);
      List<ChatMessage> messages = new ArrayList<>();
      given.path("messages").forEach(each -> messages.add(new ChatMessage((ObjectNode) each)));
      return new Conversation(
          ImmutableList.copyOf(messages),
          given.path("tools") instanceof ArrayNode tools ? Optional.of(tools) : Optional.empty(),
          given.path("kwargs") instanceof ObjectNode kwargs
              ? kwargs
              : JsonFiles.mapper().createObjectNode());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsWrongWithATemplateIsSaidWithItsLine() {
    assertThatThrownBy(() -> new ChatTemplate("a\n{{ x|nope }}", TOKENS).render(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("chat template: line 2: TemplateAssertionError: No filter named 'nope'.");
  }

  @Test
  void theAssistantsTextIsMarkedWhereTheTemplateSaysSo() {
    var template =
        new ChatTemplate(
            "{% for m in messages %}{% if m.role == 'assistant' %}<{% generation %}{{ m.content }}!"
                + "{% endgeneration %}>{% else %}{{ m.content }}{% endif %}{% endfor %}",
            TOKENS);
    var rendered =
        template.apply(
            Conversation.of(
                List.of(
                    ChatMessage.user("😀q"),
                    new ChatMessage("assistant", "a"),
                    ChatMessage.user("q"),
                    new ChatMessage("assistant", "bb"))),
            false);
    assertThat(rendered.text()).isEqualTo("😀q<a!>q<bb!>");
    assertThat(
            rendered.generated().stream().map(s -> rendered.text().substring(s.start(), s.end())))
        .containsExactly("a!", "bb!");
    assertThat(template.marksAssistant(Conversation.of(List.of()))).isTrue();
    assertThat(new ChatTemplate("x", TOKENS).marksAssistant(Conversation.of(List.of()))).isFalse();
  }
}
