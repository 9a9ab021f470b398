package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import com.google.common.primitives.Ints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.align4j.core.file.JsonFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokenizers of every kind of model and decoder. {@code tokenizers.jsonl} has for each what Hugging
 * Face {@code tokenizers} 0.21.4, the one inside the Java binding, made of it in Python: {@code
 * chat} is {@code encode(text, add_special_tokens=False)}, {@code plain} the same with {@code
 * encode_special_tokens = True}, {@code decoded} is {@code decode(ids, skip_special_tokens=False)}
 * of random ids.
 */
final class HuggingFaceTokenizerTest {

  /** A name that a test shows, and the row. */
  record Case(String name, JsonNode row) {
    @Override
    public String toString() {
      return name;
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("cases")
  void idsOfPlainTextAreThoseOfEncodeSpecialTokens(Case given) throws IOException {
    Tokenizer tokenizer = tokenizer(given.row().path("tokenizer"), "{}");
    for (JsonNode row : given.row().path("encoded")) {
      assertThat(tokenizer.encodePlain(row.path("text").asText()))
          .as("%s", row)
          .containsExactly(ids(row.path("plain")));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void idsOfChatsHaveSpecialTokensAndNothingAdded(Case given) throws IOException {
    Tokenizer tokenizer = tokenizer(given.row().path("tokenizer"), "{}");
    for (JsonNode row : given.row().path("encoded")) {
      assertThat(tokenizer.encodeChat(row.path("text").asText()))
          .as("%s", row)
          .containsExactly(ids(row.path("chat")));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void streamedPiecesJoinToWhatTokenizersDecodes(Case given) throws IOException {
    Tokenizer tokenizer = tokenizer(given.row().path("tokenizer"), "{}");
    for (JsonNode row : given.row().path("decoded")) {
      assertThat(streamed(tokenizer, ids(row.path("ids")))).isEqualTo(row.path("text").asText());
    }
  }

  /** Longer than what a stream keeps, so that old tokens are let go. */
  @ParameterizedTest
  @MethodSource("cases")
  void longStreamsJoinToTheTextDecodedAtOnce(Case given) throws IOException {
    Tokenizer tokenizer = tokenizer(given.row().path("tokenizer"), "{}");
    int[] known =
        StreamSupport.stream(given.row().path("encoded").spliterator(), false)
            .flatMapToInt(row -> Ints.asList(ids(row.path("chat"))).stream().mapToInt(i -> i))
            .toArray();
    var random = new Random(3);
    for (int round = 0; round < 20; round++) {
      int[] ids =
          random
              .ints(400)
              .map(i ->
                  i % 8 == 0
                      ? Math.floorMod(i, tokenizer.vocabSize())
                      : known[Math.floorMod(i, known.length)])
              .toArray();
      assertThat(streamed(tokenizer, ids)).isEqualTo(tokenizer.decode(ids));
    }
  }

  @Test
  void aPromptBeginsWithWhatThePostProcessorWritesBeforeItAndDoesNotEnd() throws IOException {
    JsonNode json = cases().findFirst().orElseThrow().row().path("tokenizer");
    Tokenizer tokenizer = tokenizer(json, "{}");
    // by hand: the template is <s> $A <pad>, ids 259 and 261; "<s>" in plain text is 3 letters
    assertThat(tokenizer.encode("he")).containsExactly(259, 256);
    assertThat(tokenizer.encode("<s>he")).containsExactly(259, 256);
    assertThat(tokenizer.encodeChat("<s>he")).containsExactly(259, 256);
    assertThat(tokenizer.encodeChat("he")).containsExactly(256);
    assertThat(tokenizer.encodePrompt("he")).containsExactly(259, 256);
    assertThat(tokenizer.encodePrompt("<s>")).hasSize(4).startsWith(259);
  }

  @Test
  void theClassTokenOfBertIsAPrefixToo() throws IOException {
    JsonNode json =
        cases().filter(c -> c.name().equals("wordpiece")).findFirst().orElseThrow().row();
    assertThat(tokenizer(json.path("tokenizer"), "{}").prefixIds()).containsExactly(2);
  }

  /** The Llama class of transformers 4; transformers 5 and other classes do not read the key. */
  @Test
  void addBosTokenCountsForLlamasClassWhereThePostProcessorWritesNothing() throws IOException {
    JsonNode json = cases().filter(c -> c.name().equals("unigram")).findFirst().orElseThrow().row();
    String config = "{\"add_bos_token\":true,\"bos_token\":{\"content\":\"<s>\"}%s}";
    String llama = config.formatted(",\"tokenizer_class\":\"LlamaTokenizerFast\"");
    assertThat(tokenizer(json.path("tokenizer"), llama).prefixIds()).containsExactly(1);
    assertThat(tokenizer(json.path("tokenizer"), config.formatted("")).prefixIds()).isEmpty();
  }

  /** U+FFFD stands for the half; what follows it stays whole. */
  @ParameterizedTest
  @ValueSource(strings = {"a\ud83d\ud83d\ude00b", "a\ude00\ud83d\ude00b"})
  void halfASurrogatePairIsReadAsOneReplacementCharacter(String text) throws IOException {
    JsonNode json = cases().findFirst().orElseThrow().row().path("tokenizer");
    Tokenizer tokenizer = tokenizer(json, "{}");
    int[] expected = tokenizer.encodeChat("a\uFFFD\ud83d\ude00b");
    assertThat(tokenizer.encodeChat(text)).containsExactly(expected);
    assertThat(tokenizer.encodePlain(text)).containsExactly(expected);
    assertThat(tokenizer.decode(expected)).isEqualTo("a\uFFFD\ud83d\ude00b");
  }

  private static Stream<Case> cases() throws IOException {
    List<Case> cases =
        Resources.readLines(Resources.getResource("text/tokenizers.jsonl"), StandardCharsets.UTF_8)
            .stream()
            .map(line ->
                JsonFiles.parseObject(
                    Path.of("tokenizers.jsonl"), line.getBytes(StandardCharsets.UTF_8)))
            .map(row -> new Case(row.path("name").asText(), row))
            .collect(ImmutableList.toImmutableList());
    return cases.stream();
  }

  private Tokenizer tokenizer(JsonNode json, String config) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
    return TokenizerFiles.read(folder).orElseThrow();
  }

  private static int[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static String streamed(Tokenizer tokenizer, int[] ids) {
    StreamingDecoder decoder = tokenizer.streamingDecoder();
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.finish()).toString();
  }
}
