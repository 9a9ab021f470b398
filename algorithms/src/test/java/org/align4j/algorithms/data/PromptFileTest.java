package org.align4j.algorithms.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptFileTest {

  @TempDir Path folder;

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("p.jsonl"), List.of(lines));
  }

  private static PromptFile open(Path file, BadLines badLines) {
    return PromptFile.open(file, PromptFields.AUTO, badLines);
  }

  @Test
  void readsGsm8kAsPublished() throws IOException {
    Path file = file("{\"question\": \"2+3?\", \"answer\": \"2+3=<<2+3=5>>5\\n#### 5\"}", "");
    try (PromptFile prompts = open(file, BadLines.FATAL)) {
      assertThat(prompts.size()).isEqualTo(1);
      assertThat(prompts.get(0)).isEqualTo(Prompt.text("p.jsonl:1", "2+3?", "5"));
    }
    try (var pairs = PairFiles.supervised(file, PromptFields.AUTO, BadLines.FATAL)) {
      assertThat(pairs.get(0).response()).isEqualTo("2+3=<<2+3=5>>5\n#### 5");
    }
  }

  @Test
  void readsChatsAndOtherKeys() throws IOException {
    Path file =
        file("{\"m\": [{\"role\": \"user\", \"content\": \"hi\u00e9\"}], \"gold\": 7, \"x\": {}}");
    try (var prompts = PromptFile.open(file, new PromptFields("m", "gold"), BadLines.FATAL)) {
      assertThat(prompts.get(0))
          .isEqualTo(
              Prompt.chat("p.jsonl:1", ImmutableList.of(new Message("user", "hi\u00e9")), "7"));
    }
  }

  @Test
  void readsPreferences() throws IOException {
    Path file = file("{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}");
    try (var pairs = PairFiles.preferences(file, BadLines.FATAL)) {
      assertThat(pairs.all())
          .containsExactly(new PreferencePair(Prompt.text("p.jsonl:1", "q", ""), "a", "b"));
    }
  }

  @Test
  void readsTheMarginsOfPreferences() throws IOException {
    Path file =
        file("{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": 0.5}");
    try (var pairs = PairFiles.preferences(file, BadLines.FATAL)) {
      assertThat(pairs.all().get(0).margin()).isEqualTo(0.5);
    }
    Path bad =
        file("{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": \"x\"}");
    assertThatThrownBy(() -> PairFiles.preferences(bad, BadLines.FATAL).all())
        .hasMessageContaining("line 1: its \"margin\" is \"x\": it must be a number");
  }

  @Test
  void badLinesAreReportedWithFileAndNumber() throws IOException {
    Path file =
        file(
            "{\"question\": \"a\", \"answer\": \"1\"}",
            "{\"question\": ",
            "[1]",
            "{\"foo\": 1}",
            "{\"question\": \"\"}",
            "{\"question\": 5}",
            "{\"question\": \"b\", \"answer\": \"2\"}");
    assertThatThrownBy(() -> open(file, BadLines.FATAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p.jsonl line 2: it is not JSON");
    try (PromptFile prompts = open(file, BadLines.SKIP)) {
      assertThat(prompts.size()).isEqualTo(2);
      assertThat(prompts.get(1).text()).isEqualTo("b");
      assertThat(prompts.skippedCount()).isEqualTo(5);
      assertThat(prompts.skipped().get(2)).contains("line 4", "no \"question\"", "foo");
    }
  }

  @Test
  void anEmptyOrMissingFileIsAClearError() throws IOException {
    assertThatThrownBy(() -> open(file(), BadLines.SKIP)).hasMessageContaining("it is empty");
    assertThatThrownBy(() -> open(file("nope"), BadLines.SKIP))
        .hasMessageContaining("no good line");
    assertThatThrownBy(() -> open(folder.resolve("none"), BadLines.SKIP))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> open(folder, BadLines.SKIP)).hasMessageContaining("not a file");
  }
}
