package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.text.chat.ChatTemplate;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** SmolLM2's own tokenizer and template, where the shared folder has them. */
final class SharedModelTest {

  private static final Path SHARED = Path.of(System.getProperty("align4j.shared", "../shared"));
  private static final Path GGUF = SHARED.resolve("models/SmolLM2-135M-Instruct.Q4_1.gguf");
  private static final Path FOLDER = SHARED.resolve("models/smollm2-135m-instruct");

  @TestFactory
  Stream<DynamicTest> bothTokenizersGiveTheReferenceIds() {
    if (!Files.exists(GGUF)) {
      return Stream.empty();
    }
    Tokenizer own;
    ChatTemplate ownTemplate;
    try (Checkpoint model = Checkpoint.load(GGUF)) {
      own = model.tokenizer().orElseThrow();
      ownTemplate = model.chatTemplate().orElseThrow();
    }
    Tokenizer foreign = TokenizerFiles.read(FOLDER).orElseThrow();
    ChatTemplate template = ChatTemplate.read(FOLDER).orElseThrow();
    return Stream.of(
        DynamicTest.dynamicTest("GGUF, reference texts", () -> checkTexts(own)),
        DynamicTest.dynamicTest("tokenizer.json, reference texts", () -> checkTexts(foreign)),
        DynamicTest.dynamicTest("GGUF, chats", () -> checkChats(own, ownTemplate)),
        DynamicTest.dynamicTest("tokenizer.json, chats", () -> checkChats(foreign, template)),
        DynamicTest.dynamicTest("GSM8K, both alike and back", () -> checkProblems(own, foreign)));
  }

  private static void checkTexts(Tokenizer tokenizer) throws IOException {
    for (JsonNode row : rows(FOLDER.resolve("tokenizer.jsonl"))) {
      String text = row.path("text").asText();
      assertThat(tokenizer.encode(text)).as(text).containsExactly(ids(row));
      assertThat(tokenizer.decode(ids(row))).isEqualTo(row.path("decoded").asText());
    }
  }

  private static void checkChats(Tokenizer tokenizer, ChatTemplate template) throws IOException {
    for (JsonNode row : rows(FOLDER.resolve("chat.jsonl"))) {
      List<ChatMessage> messages = new ArrayList<>();
      row.path("messages")
          .forEach(message ->
              messages.add(
                  new ChatMessage(
                      message.path("role").asText(), message.path("content").asText())));
      String text = template.prompt(messages);
      assertThat(text).isEqualTo(row.path("text").asText());
      assertThat(tokenizer.encode(text)).containsExactly(ids(row));
    }
  }

  /** Every text there and back by our own; every tenth through the slower library too. */
  private static void checkProblems(Tokenizer own, Tokenizer foreign) throws IOException {
    int line = 0;
    for (String name : List.of("gsm8k/train.jsonl", "gsm8k/test.jsonl")) {
      Path file = SHARED.resolve("data").resolve(name);
      for (JsonNode row : Files.exists(file) ? rows(file) : List.<JsonNode>of()) {
        for (String key : List.of("question", "answer")) {
          String text = row.path(key).asText();
          int[] ids = own.encode(text);
          assertThat(own.decode(ids)).isEqualTo(text);
          if (line++ % 10 == 0) {
            assertThat(foreign.encode(text)).containsExactly(ids);
            assertThat(foreign.decode(ids)).isEqualTo(text);
          }
        }
      }
    }
  }

  private static List<JsonNode> rows(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.map(SharedModelTest::parse).toList();
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JsonFiles.mapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] ids(JsonNode row) {
    int[] ids = new int[row.path("ids").size()];
    Arrays.setAll(ids, i -> row.path("ids").path(i).asInt());
    return ids;
  }
}
