package org.align4j.bench.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.OptionChecks;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.text.SpecialTokens;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.text.chat.Conversation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Chat templates against recorded texts of transformers; each line of the recording is a check. */
@Command(
    name = "templates",
    mixinStandardHelpOptions = true,
    description = "Render chat templates and compare them with recorded texts.")
public final class TemplatesCommand implements Callable<Integer> {

  private static final long LARGEST = 1L << 28;

  /** What time it was for the recording. */
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-15T12:00:00Z"), ZoneOffset.UTC);

  private static final SpecialTokens TOKENS =
      new SpecialTokens(
          Optional.of("<s>"), Optional.of("</s>"), Optional.of("<pad>"), Optional.of("<unk>"));

  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "FOLDER",
      description =
          "Folder of templates.json, conversations.json and expected.jsonl.gz (or expected.jsonl).")
  private Path folder;

  public TemplatesCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    JsonNode templates = Failures.usage(() -> read("templates.json"));
    JsonNode conversations = Failures.usage(() -> read("conversations.json"));
    List<String> lines = Failures.usage(this::expected);
    Map<String, ChatTemplate> known = new HashMap<>();
    long failed = 0;
    for (String line : lines) {
      JsonNode wanted = Failures.usage(() -> JsonFiles.mapper().readTree(line));
      String name = wanted.path("template").asText();
      String finding =
          check(
              known.computeIfAbsent(name, each -> template(templates, each)),
              conversation(conversations, wanted.path("conversation").asText()),
              wanted);
      if (!finding.isEmpty()) {
        failed++;
        console.print(
            "%s, %s%s: FAILED: %s"
                .formatted(
                    name,
                    wanted.path("conversation").asText(),
                    wanted.path("prompt").asBoolean() ? ", prompt" : "",
                    finding));
      }
    }
    return console.close(lines.size() - failed, failed);
  }

  private JsonNode read(String name) {
    return JsonFiles.readObject(folder.resolve(name), LARGEST);
  }

  private List<String> expected() throws IOException {
    Path packed = folder.resolve("expected.jsonl.gz");
    if (!Files.exists(packed)) {
      return Files.readAllLines(folder.resolve("expected.jsonl"));
    }
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(packed)), StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank()).toList();
    }
  }

  private static ChatTemplate template(JsonNode templates, String name) {
    JsonNode source = templates.path(name);
    OptionChecks.that(source.isTextual(), "templates.json has no template " + name);
    return new ChatTemplate(source.textValue(), TOKENS).withClock(CLOCK);
  }

  private static Conversation conversation(JsonNode conversations, String name) {
    JsonNode given = conversations.path(name);
    OptionChecks.that(
        given.path("messages").isArray(), "conversations.json has no conversation " + name);
    List<ChatMessage> messages = new ArrayList<>();
    given.path("messages").forEach(message -> messages.add(new ChatMessage((ObjectNode) message)));
    Optional<ArrayNode> tools =
        given.path("tools") instanceof ArrayNode array ? Optional.of(array) : Optional.empty();
    Conversation conversation = Conversation.of(messages);
    return new Conversation(
        ImmutableList.copyOf(messages),
        tools,
        given.path("kwargs") instanceof ObjectNode kwargs ? kwargs : conversation.kwargs());
  }

  /** What is wrong; empty where nothing is. */
  private static String check(ChatTemplate template, Conversation conversation, JsonNode wanted) {
    String text;
    try {
      text = template.apply(conversation, wanted.path("prompt").asBoolean()).text();
    } catch (IllegalArgumentException e) {
      return wanted.has("error") ? "" : String.valueOf(e.getMessage());
    }
    if (wanted.has("error")) {
      return "rendered, where the peer has " + wanted.path("error").asText();
    }
    if (wanted.has("sha256")) {
      String hash = Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
      return hash.equals(wanted.path("sha256").asText()) ? "" : "the text has another hash";
    }
    String expected = wanted.path("text").asText();
    int at = 0;
    while (at < Math.min(text.length(), expected.length())
        && text.charAt(at) == expected.charAt(at)) {
      at++;
    }
    return text.equals(expected) ? "" : "the text differs from character " + at + " on";
  }
}
