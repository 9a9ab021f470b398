package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.text.bpe.BpeVocabulary;
import org.align4j.models.text.bpe.PreTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expected ids and texts: Hugging Face {@code tokenizers} 0.23 on the same vocabulary. */
public final class ByteLevelBpeTest {

  @TempDir Path folder;

  @Test
  void idsAndTextsAreThoseOfHuggingFace() throws IOException {
    for (JsonNode row : expected()) {
      ByteLevelBpe bpe = bpe(row.path("pre").asText());
      int[] ids = ids(row);
      if (row.has("text")) {
        assertThat(bpe.encode(row.path("text").asText())).as("%s", row).containsExactly(ids);
      }
      assertThat(bpe.decode(ids)).as("%s", row).isEqualTo(row.path("decoded").asText());
    }
  }

  @Test
  void theSavedTokenizerGivesTheSameIdsInHuggingFacesLibrary() throws IOException {
    for (String pre : List.of("gpt-2", "smollm", "llama-bpe", "qwen2")) {
      bpe(pre).save(folder);
      Tokenizer loaded = TokenizerFiles.read(folder).orElseThrow();
      assertThat(loaded).isInstanceOf(HuggingFaceTokenizer.class);
      assertThat(loaded.vocabSize()).isEqualTo(bpe(pre).vocabSize());
      assertThat(loaded.eosIds()).isEqualTo(bpe(pre).eosIds());
      assertThat(loaded.specialTokens()).isEqualTo(bpe(pre).specialTokens());
      for (JsonNode row : expected()) {
        if (row.path("pre").asText().equals(pre) && row.has("text")) {
          String text = row.path("text").asText();
          assertThat(loaded.encode(text)).as("%s", row).containsExactly(ids(row));
          assertThat(loaded.decode(ids(row))).isEqualTo(row.path("decoded").asText());
          assertThat(loaded.encodePlain(text))
              .as("plain %s", row)
              .containsExactly(bpe(pre).encodePlain(text));
        }
      }
    }
  }

  @Test
  void specialTokensInPlainTextAreCharacters() throws IOException {
    ByteLevelBpe bpe = bpe("smollm");
    int[] plain = bpe.encodePlain("a<|end|>");
    assertThat(plain).hasSizeGreaterThan(2).doesNotContain(bpe.eosIds().getFirst());
    assertThat(bpe.decode(plain)).isEqualTo("a<|end|>");
    assertThat(bpe.decodeWithoutSpecial(bpe.encode("a<|end|>"))).isEqualTo("a");
  }

  /** Bytes of U+FFFD and of the emoji are one token each here, as in the Python library. */
  @Test
  void halfASurrogatePairIsReadAsOneReplacementCharacter() throws IOException {
    ByteLevelBpe bpe = bpe("gpt-2");
    assertThat(bpe.encode("a\ud83d\ud83d\ude00b")).containsExactly(bpe.encode("a\uFFFD😀b"));
    assertThat(bpe.encodePlain("\ude00")).containsExactly(bpe.encode("\uFFFD"));
  }

  /**
   * Whatever the ids, the pieces joined are the text; no piece but the last ends half a character.
   */
  @Test
  void streamedPiecesJoinToTheWholeText() throws IOException {
    ByteLevelBpe bpe = bpe("gpt-2");
    var random = new Random(11);
    for (int round = 0; round < 300; round++) {
      int[] ids =
          round % 2 == 0
              ? bpe.encode("état 你好 😀 a\u0301 " + round)
              : random.ints(random.nextInt(40), 0, bpe.vocabSize()).toArray();
      var streaming = bpe.streamingDecoder();
      var text = new StringBuilder();
      for (int id : ids) {
        String piece = streaming.next(id);
        assertThat(round % 2 == 0 && piece.contains("\uFFFD")).isFalse();
        text.append(piece);
      }
      text.append(streaming.finish());
      assertThat(text).hasToString(bpe.decode(ids));
    }
  }

  /** A piece of a million letters would take hours by trying every pair for every merge. */
  @Test
  void aLongPieceTakesNoQuadraticTime() throws IOException {
    String text = "abcde".repeat(200_000);
    ByteLevelBpe bpe = bpe("gpt-2");
    assertThat(bpe.decode(bpe.encode(text))).isEqualTo(text);
  }

  private static List<JsonNode> expected() throws IOException {
    var rows = ImmutableList.<JsonNode>builder();
    for (String line : resource("bpe-expected.jsonl").lines().toList()) {
      rows.add(JsonFiles.mapper().readTree(line));
    }
    return rows.build();
  }

  private static int[] ids(JsonNode row) {
    int[] ids = new int[row.path("ids").size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = row.path("ids").path(i).asInt();
    }
    return ids;
  }

  static ByteLevelBpe bpe(String pre) throws IOException {
    JsonNode json = JsonFiles.mapper().readTree(resource("bpe-vocabulary.json"));
    var tokens = ImmutableList.<String>builder();
    json.path("tokens").forEach(token -> tokens.add(token.asText()));
    var merges = ImmutableList.<String>builder();
    json.path("merges").forEach(merge -> merges.add(merge.asText()));
    var added = ImmutableMap.<Integer, Boolean>builder();
    json.path("added")
        .properties()
        .forEach(
            entry -> added.put(Integer.parseInt(entry.getKey()), entry.getValue().asBoolean()));
    return new ByteLevelBpe(
        PreTokenizer.byName(pre).orElseThrow(),
        new BpeVocabulary(tokens.build(), merges.build(), added.buildOrThrow()),
        new SpecialTokens(
            Optional.of("<|start|>"), Optional.of("<|end|>"), Optional.empty(), Optional.empty()),
        ImmutableList.of(420),
        false);
  }

  public static String resource(String name) throws IOException {
    return Resources.toString(Resources.getResource("text/" + name), StandardCharsets.UTF_8);
  }
}
