package org.align4j.models.family;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.align4j.models.transformer.Families;
import org.junit.jupiter.api.Test;

/** The table of families in docs/models.md is what the build registers and compares. */
final class ModelsPageTest {

  private static final Path PAGE = Path.of("../docs/models.md");
  private static final Path CASES = Path.of("src/test/resources/parity");

  /** The names in backquotes of a column of the table of families. */
  private static Set<String> column(int column) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    Set<String> names = new TreeSet<>();
    for (int row = start(lines); lines.get(row).startsWith("|"); row++) {
      String[] quoted = lines.get(row).split("\\|", -1)[column].split("`", -1);
      for (int i = 1; i < quoted.length; i += 2) {
        names.add(quoted[i]);
      }
    }
    return names;
  }

  private static int start(List<String> lines) {
    int header = 0;
    while (!lines.get(header).startsWith("| `model_type`")) {
      header++;
    }
    return header + 2;
  }

  @Test
  void everyRegisteredFamilyHasARow() throws IOException {
    List<String> own = new ArrayList<>();
    Families.load()
        .byType()
        .forEach((type, family) -> {
          if (family.getClass().getName().startsWith("org.align4j.")) {
            own.add(type);
          }
        });
    assertThat(column(1)).containsExactlyElementsOf(own);
    assertThat(column(4)).containsExactlyElementsOf(Families.load().byGgufName().keySet());
  }

  @Test
  void everyParityCaseIsNamed() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      assertThat(column(5))
          .containsExactlyElementsOf(
              folders.map(folder -> folder.getFileName().toString()).sorted().toList());
    }
  }
}
