package org.align4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/conventions.md shows is what the build compiles. */
final class ConventionsPageTest {

  private static final Path PROGRAM = Path.of("src/it/consumer/src/main/java/example/House.java");

  @Test
  void theConventionIsThatOfTheConsumerProject() throws IOException {
    List<String> lines = stripped(Files.readAllLines(Path.of("../docs/conventions.md")));
    List<String> shown = lines.subList(lines.indexOf("```java") + 1, lines.lastIndexOf("```"));
    assertThat(shown).hasSizeGreaterThan(5);
    assertThat(stripped(Files.readAllLines(PROGRAM))).containsSequence(shown);
  }

  private static List<String> stripped(List<String> lines) {
    return lines.stream().map(String::strip).toList();
  }
}
