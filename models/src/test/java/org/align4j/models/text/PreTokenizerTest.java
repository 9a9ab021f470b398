package org.align4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.text.bpe.BpeVocabulary;
import org.align4j.models.text.bpe.PreTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Expected ids: llama.cpp (xllamacpp 2026.10.11549) on a GGUF with each name and one vocabulary,
 * whose merges go across words: where a text is cut shows in the ids. Texts in which llama.cpp
 * stands in for what its engine cannot say (marks in words of two cases, digits that are not ASCII)
 * are left out.
 */
final class PreTokenizerTest {

  @TempDir Path folder;

  @Test
  void everyPreTokenizerCutsAsLlamaCpp() throws IOException {
    Map<String, List<JsonNode>> rows = rows();
    assertThat(rows.keySet().stream().map(PreTokenizer::byName))
        .as("every one is compared")
        .hasSize(PreTokenizer.values().length)
        .doesNotHaveDuplicates();
    for (var entry : rows.entrySet()) {
      ByteLevelBpe bpe = bpe(entry.getKey());
      for (JsonNode row : entry.getValue()) {
        assertThat(bpe.encodeChat(row.path("text").asText()))
            .as("%s", row)
            .containsExactly(ids(row));
      }
    }
  }

  @Test
  void theSavedPatternsCutAlikeInHuggingFacesLibrary() throws IOException {
    for (var entry : rows().entrySet()) {
      bpe(entry.getKey()).save(folder);
      Tokenizer saved = TokenizerFiles.read(folder).orElseThrow();
      for (JsonNode row : entry.getValue()) {
        assertThat(saved.encodeChat(row.path("text").asText()))
            .as("%s", row)
            .containsExactly(ids(row));
      }
    }
  }

  /** Loops of Java's patterns that step back need a stack as deep as the text is long. */
  @Test
  void noTextIsTooLongForAPattern() throws IOException {
    for (PreTokenizer pre : PreTokenizer.values()) {
      for (String part : List.of("a", "A", "é ", " ", "\n", "-", "日", "\u0301", "'s")) {
        String text = part.repeat(30_000);
        int[] end = {0};
        pre.split(
            text,
            (from, to) -> {
              assertThat(from).isEqualTo(end[0]);
              end[0] = to;
            });
        assertThat(end[0]).isEqualTo(text.length());
      }
    }
  }

  private static Map<String, List<JsonNode>> rows() throws IOException {
    Map<String, List<JsonNode>> rows = new LinkedHashMap<>();
    for (String line : ByteLevelBpeTest.resource("pre-expected.jsonl").lines().toList()) {
      JsonNode row = JsonFiles.mapper().readTree(line);
      rows.computeIfAbsent(row.path("pre").asText(), pre -> new ArrayList<>()).add(row);
    }
    return rows;
  }

  private static ByteLevelBpe bpe(String pre) throws IOException {
    JsonNode json = JsonFiles.mapper().readTree(ByteLevelBpeTest.resource("pre-vocabulary.json"));
    var tokens = ImmutableList.<String>builder();
    json.path("tokens").forEach(token -> tokens.add(token.asText()));
    var merges = ImmutableList.<String>builder();
    json.path("merges").forEach(merge -> merges.add(merge.asText()));
    return new ByteLevelBpe(
        PreTokenizer.byName(pre).orElseThrow(),
        new BpeVocabulary(tokens.build(), merges.build(), ImmutableMap.of(0, true, 1, true)),
        SpecialTokens.NONE,
        ImmutableList.of(0),
        false);
  }

  private static int[] ids(JsonNode row) {
    int[] ids = new int[row.path("ids").size()];
    Arrays.setAll(ids, i -> row.path("ids").path(i).asInt());
    return ids;
  }
}
