package org.align4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver's files, then changed: what an executor with other files says. */
class FileSumsTest {

  @TempDir Path folder;

  private String write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text).toString();
  }

  private static String sha256(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }

  @Test
  void theSameFilesDoNotDiffer() throws IOException {
    String file = write("m.gguf", "weights");
    FileSums sums = FileSums.of(List.of(file));
    assertThat(sums.sums()).containsExactly(Map.entry(file, sha256("weights")));
    assertThat(sums.differences()).isEmpty();
  }

  @Test
  void anotherFileIsNamedWithBothSums() throws IOException {
    String file = write("m.gguf", "weights");
    FileSums driver = FileSums.of(List.of(file));
    write("m.gguf", "other weights");
    assertThat(driver.differences())
        .containsExactly(
            "%s has SHA-256 %s, the driver's %s"
                .formatted(file, sha256("other weights"), sha256("weights")));
    assertThatThrownBy(() -> FileSums.refuse("executor 1 on b", driver.differences()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("executor 1 on b: " + file + " has SHA-256")
        .hasMessageEndingWith(
            "copy the driver's files there, or name a folder that all machines share");
  }

  @Test
  void aFoldersFilesAreMissedOrTooMany() throws IOException {
    String weights = write("model/model.safetensors", "weights");
    write("model/config.json", "{}");
    write("model/README.md", "on the driver only");
    FileSums driver = FileSums.of(List.of(folder.resolve("model").toString()));
    Files.delete(Path.of(weights));
    Files.delete(folder.resolve("model/README.md"));
    String more = write("model/templates/tool.jinja", "{{ x }}");
    assertThat(driver.differences())
        .containsExactly(weights + " is not there", more + " is there, and the driver has none");
  }

  @Test
  void anAdaptersBaseIsReadToo() throws IOException {
    String base = write("base.gguf", "weights");
    write("adapter/adapter_config.json", "{\"base_model_name_or_path\": \"%s\"}".formatted(base));
    FileSums driver = FileSums.of(List.of(folder.resolve("adapter").toString()));
    write("base.gguf", "others");
    assertThat(driver.differences()).singleElement().asString().startsWith(base + " has SHA-256");
  }
}
