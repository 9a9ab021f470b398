package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.text.ByteLevelBpeTest;
import org.align4j.models.text.HuggingFaceTokenizer;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.TokenizerFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Expected ids: llama.cpp (xllamacpp 2026.10.11549) on GGUF files of the same pieces: with a
 * prefix, without, and under the name of Phi-3.
 */
final class GgufSentencePieceTest {

  @TempDir Path folder;

  @Test
  void idsAreThoseOfLlamaCpp() throws IOException {
    for (String variant : List.of("prefix", "plain", "phi3")) {
      Tokenizer tokenizer = tokenizer(variant);
      for (JsonNode row : rows(variant)) {
        String text = row.path("text").asText();
        assertThat(tokenizer.encodeChat(text)).as("%s", row).containsExactly(ids(row, "chat"));
        assertThat(tokenizer.encodePrompt(text))
            .as("%s", row)
            .containsExactly(withBos(ids(row, "plain")));
      }
    }
  }

  @Test
  void theSavedTokenizerGivesTheSameIdsInHuggingFacesLibrary() throws IOException {
    for (String variant : List.of("prefix", "plain")) {
      Tokenizer tokenizer = tokenizer(variant);
      tokenizer.save(folder);
      Tokenizer saved = TokenizerFiles.read(folder).orElseThrow();
      assertThat(saved).isInstanceOf(HuggingFaceTokenizer.class);
      assertThat(saved.prefixIds()).isEqualTo(tokenizer.prefixIds());
      assertThat(saved.specialTokens()).isEqualTo(tokenizer.specialTokens());
      assertThat(saved.vocabSize()).isEqualTo(tokenizer.vocabSize());
      for (JsonNode row : rows(variant)) {
        String text = row.path("text").asText();
        assertThat(saved.encodeChat(text)).as("%s", row).containsExactly(ids(row, "chat"));
        assertThat(saved.decode(ids(row, "chat")))
            .as("%s", row)
            .isEqualTo(tokenizer.decode(ids(row, "chat")));
      }
    }
  }

  private static int[] withBos(int[] ids) {
    int[] all = new int[ids.length + 1];
    all[0] = 1;
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  private Tokenizer tokenizer(String variant) throws IOException {
    JsonNode pieces =
        JsonFiles.mapper().readTree(ByteLevelBpeTest.resource("sentencepiece/bpe-pieces.json"));
    List<String> tokens = new ArrayList<>();
    List<Float> scores = new ArrayList<>();
    List<Integer> types = new ArrayList<>();
    pieces.path("tokens").forEach(token -> tokens.add(token.asText()));
    pieces.path("scores").forEach(score -> scores.add(score.floatValue()));
    pieces.path("types").forEach(type -> types.add(type.asInt()));
    var builder =
        TinyModels.gguf("llama")
            .tensor("token_embd.weight", new float[8 * tokens.size()], tokens.size(), 8)
            .put("general.name", variant.equals("phi3") ? "Phi-3 mini" : "m")
            .put("tokenizer.ggml.model", "llama")
            .put("tokenizer.ggml.pre", "default")
            .put("tokenizer.ggml.tokens", tokens)
            .put("tokenizer.ggml.scores", scores)
            .put("tokenizer.ggml.token_type", types)
            .remove("tokenizer.ggml.bos_token_id")
            .remove("tokenizer.ggml.eos_token_id");
    if (variant.equals("plain")) {
      builder.put("tokenizer.ggml.add_space_prefix", false);
    }
    try (Checkpoint model =
        Checkpoint.load(Files.write(folder.resolve("model.gguf"), builder.build()))) {
      return model.tokenizer().orElseThrow();
    }
  }

  private static List<JsonNode> rows(String variant) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line :
        ByteLevelBpeTest.resource("sentencepiece/gguf-expected.jsonl").lines().toList()) {
      JsonNode row = JsonFiles.mapper().readTree(line);
      if (row.path("variant").asText().equals(variant)) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static int[] ids(JsonNode row, String name) {
    int[] ids = new int[row.path(name).size()];
    Arrays.setAll(ids, i -> row.path(name).path(i).asInt());
    return ids;
  }
}
