package org.align4j.models.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.jinja.error.TemplateException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Templates against what Jinja2 3.1.6 makes of them; {@code golden.py} wrote the file. */
final class GoldenTest {

  /** What the clock of the recording says. */
  private static final ZonedDateTime NOW =
      ZonedDateTime.of(2026, 1, 15, 12, 0, 0, 0, ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> eachTemplateRendersOrFailsAsInJinja() throws IOException {
    List<String> lines = lines();
    Map<String, JsonNode> bindings = new HashMap<>();
    JsonFiles.mapper()
        .readTree(lines.get(0))
        .path("context")
        .properties()
        .forEach(each -> bindings.put(each.getKey(), each.getValue()));
    return lines.stream().skip(1).map(line -> check(line, bindings));
  }

  private static List<String> lines() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(GoldenTest.class.getResourceAsStream("/jinja/golden.jsonl"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static DynamicTest check(String line, Map<String, JsonNode> bindings) {
    JsonNode wanted;
    try {
      wanted = JsonFiles.mapper().readTree(line);
    } catch (IOException e) {
      throw new IllegalStateException(line, e);
    }
    String template = wanted.path("template").asText();
    return dynamicTest(
        "template: " + template,
        () -> {
          String found;
          try {
            found = Template.of(template).render(bindings, NOW).text();
          } catch (TemplateException e) {
            found = "error " + e.title();
          }
          // the words are our own, the names are Jinja2's; Python has no name of its own for some
          String title = wanted.path("error").asText().split(":", 2)[0];
          String name =
              switch (title) {
                case "RuntimeError" -> "TemplateRuntimeError";
                case "SyntaxError" -> "TemplateSyntaxError";
                default -> title;
              };
          assertThat(found)
              .isEqualTo(wanted.has("error") ? "error " + name : wanted.path("text").asText());
        });
  }
}
