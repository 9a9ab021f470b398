package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.core.file.JsonFiles;
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
  void timesAreThoseOfStrftime() {
    var time = ZonedDateTime.of(2026, 3, 7, 14, 5, 9, 0, ZoneOffset.UTC);
    assertThat(TemplateFunctions.strftime("%d %b %Y, %B %A %a %H:%M:%S %I %p %j %y%%", time))
        .isEqualTo("07 Mar 2026, March Saturday Sat 14:05:09 02 PM 066 26%");
    assertThat(new ChatTemplate("{{ strftime_now('%Y') }}", TOKENS).render(List.of())).hasSize(4);
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
}
