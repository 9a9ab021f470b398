package org.align4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README shows is what the build compiles and runs. */
final class ReadmeTest {

  private static final Path README = Path.of("../README.md");
  private static final Path LOOP = Path.of("src/it/consumer/src/main/java/example/Loop.java");

  @Test
  void theProgramIsThatOfTheConsumerProject() throws IOException {
    String readme = Files.readString(README);
    int start = readme.indexOf("```java\n") + "```java\n".length();
    List<String> shown = stripped(readme.substring(start, readme.indexOf("```", start)));
    assertThat(shown).hasSizeGreaterThan(10);
    assertThat(stripped(Files.readString(LOOP))).containsSequence(shown);
  }

  @Test
  void everyCommandIsListed() throws IOException {
    String readme = Files.readString(README);
    for (String command :
        List.of(
            "train",
            "compare",
            "reproduce",
            "report",
            "sft",
            "reward-model",
            "dpo",
            "evaluate",
            "generate",
            "download",
            "verify",
            "throughput",
            "conformance",
            "templates",
            "parity")) {
      assertThat(readme).contains("| `" + command + "` |");
    }
  }

  private static List<String> stripped(String text) {
    return text.lines().map(String::strip).toList();
  }
}
