package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Expected ids and texts: Python's {@code sentencepiece} 0.2.3 on the same models, which it trained
 * on GSM8K and hard texts.
 */
final class SentencePieceTokenizerTest {

  @TempDir Path folder;

  @Test
  void idsAndTextsAreThoseOfSentencePiece() throws IOException {
    for (String model : List.of("bpe", "unigram", "unigram-unknown")) {
      Tokenizer tokenizer = tokenizer(model);
      for (JsonNode row : rows(model)) {
        if (row.has("text")) {
          assertThat(tokenizer.encodePlain(row.path("text").asText()))
              .as("%s", row)
              .containsExactly(ids(row));
        }
        if (row.path("decoded").isTextual()) {
          assertThat(tokenizer.decode(ids(row)))
              .as("%s", row)
              .isEqualTo(row.path("decoded").asText());
        }
      }
    }
  }

  @Test
  void streamedPiecesJoinToTheWholeText() throws IOException {
    Tokenizer tokenizer = tokenizer("bpe");
    List<int[]> all = new ArrayList<>();
    rows("bpe").forEach(row -> all.add(ids(row)));
    var random = new Random(4);
    for (int round = 0; round < 200; round++) {
      all.add(random.ints(30, 0, tokenizer.vocabSize()).toArray());
    }
    for (int[] ids : all) {
      var streaming = tokenizer.streamingDecoder();
      var text = new StringBuilder();
      Arrays.stream(ids).forEach(id -> text.append(streaming.next(id)));
      assertThat(text.append(streaming.finish())).hasToString(tokenizer.decode(ids));
    }
  }

  @Test
  void spansCoverTheTextInItsOrder() throws IOException {
    Tokenizer tokenizer = tokenizer("bpe");
    for (JsonNode row : rows("bpe")) {
      String text = row.path("text").asText();
      EncodedText encoded = tokenizer.encodeChatSpans(text);
      assertThat(encoded.ids()).containsExactly(tokenizer.encodeChat(text));
      int at = 0;
      for (int i = 0; i < encoded.ids().length; i++) {
        assertThat(encoded.starts()[i]).isBetween(0, at);
        at = Math.max(at, encoded.ends()[i]);
      }
      assertThat(at).isEqualTo(text.length());
    }
  }

  /** An emoji of two characters in Java and four bytes: each byte stands for the whole. */
  @Test
  void bytesHaveThePlaceOfTheirCharacter() throws IOException {
    EncodedText encoded = tokenizer("bpe").encodeChatSpans("a\uD83E\uDDFFb");
    assertThat(encoded.starts()).containsExactly(0, 1, 1, 1, 1, 3);
    assertThat(encoded.ends()).containsExactly(1, 3, 3, 3, 3, 4);
  }

  @Test
  void controlPiecesAreRecognisedInChatsAndCharactersInPlainText() throws IOException {
    Tokenizer tokenizer = tokenizer("bpe");
    int bos = 1;
    assertThat(tokenizer.specialTokens().bos()).contains("<s>");
    assertThat(tokenizer.encodeChat("<s>")).containsExactly(bos);
    assertThat(tokenizer.encodePlain("<s>")).hasSizeGreaterThan(1).doesNotContain(bos);
    assertThat(tokenizer.isSpecial(bos)).isTrue();
    assertThat(tokenizer.decodeWithoutSpecial(tokenizer.encodeChat("a</s>"))).isEqualTo("a");
  }

  @Test
  void theConfigurationAddsTokensAndSaysWhatComesBeforeAText() throws IOException {
    copy("bpe");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"tokenizer_class": "LlamaTokenizer", "legacy": true, "eos_token": "<|end|>",
         "added_tokens_decoder": {"900": {"content": "<|end|>", "special": true, "rstrip": true}}}
        """);
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<think>\": 901}");
    Tokenizer tokenizer = TokenizerFiles.read(folder).orElseThrow();
    assertThat(tokenizer.vocabSize()).isEqualTo(902);
    assertThat(tokenizer.prefixIds()).containsExactly(1);
    assertThat(tokenizer.eosIds()).containsExactly(900);
    int[] letter = tokenizer.encodePlain("b");
    assertThat(tokenizer.encodeChat("<|end|>  \nb")).startsWith(900).endsWith(letter);
    assertThat(tokenizer.encodeChat("<|end|>  \nb")).hasSize(1 + letter.length);
    assertThat(tokenizer.encodePlain("<think>")).containsExactly(901);
    assertThat(tokenizer.isSpecial(901)).isFalse();
  }

  /** {@code legacy: false} of Llama's class: the blank is at the beginning only. */
  @Test
  void aModernLlamaHasThePrefixOnlyAtTheBeginning() throws IOException {
    copy("bpe");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"LlamaTokenizer\", \"legacy\": false}");
    Tokenizer tokenizer = TokenizerFiles.read(folder).orElseThrow();
    assertThat(tokenizer.decode(tokenizer.encodeChat("<s>b<s>b"))).isEqualTo("<s>b<s>b");
  }

  @Test
  void savingCopiesTheFiles() throws IOException {
    copy("unigram");
    Path other = Files.createDirectory(folder.resolve("other"));
    TokenizerFiles.read(folder).orElseThrow().save(other);
    assertThat(other.resolve("tokenizer.model"))
        .hasSameBinaryContentAs(folder.resolve("tokenizer.model"));
  }

  /** A text of a million letters would take hours by trying every pair for every merge. */
  @Test
  void aLongPieceTakesNoQuadraticTime() throws IOException {
    for (String model : List.of("bpe", "unigram")) {
      Tokenizer tokenizer = tokenizer(model);
      String text = "aeiou".repeat(40_000);
      assertThat(tokenizer.decode(tokenizer.encodePlain(text))).isEqualTo(text);
    }
  }

  @Test
  void damagedModelsAreRefusedByName() throws IOException {
    copy("bpe");
    Path file = folder.resolve("tokenizer.model");
    byte[] good = Files.readAllBytes(file);
    var random = new Random(7);
    for (int round = 0; round < 200; round++) {
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      try {
        TokenizerFiles.read(folder).orElseThrow().encodePlain("a text");
      } catch (BadFileException e) {
        assertThat(e).hasMessageStartingWith("tokenizer.model: ");
      }
    }
    Files.writeString(file, "IQ== 0\nIg== 1\n");
    assertThatThrownBy(() -> TokenizerFiles.read(folder))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("is not a SentencePiece model");
  }

  private Tokenizer tokenizer(String model) throws IOException {
    copy(model);
    return TokenizerFiles.read(folder).orElseThrow();
  }

  private void copy(String model) throws IOException {
    Files.write(
        folder.resolve("tokenizer.model"),
        Resources.toByteArray(Resources.getResource("text/sentencepiece/" + model + ".model")));
  }

  private static List<JsonNode> rows(String model) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : ByteLevelBpeTest.resource("sentencepiece/expected.jsonl").lines().toList()) {
      JsonNode row = JsonFiles.mapper().readTree(line);
      if (row.path("model").asText().equals(model)) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static int[] ids(JsonNode row) {
    int[] ids = new int[row.path("ids").size()];
    Arrays.setAll(ids, i -> row.path("ids").path(i).asInt());
    return ids;
  }
}
