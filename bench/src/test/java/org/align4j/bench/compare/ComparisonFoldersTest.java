package org.align4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was learnt is kept, what was not stands in nobody's way. */
final class ComparisonFoldersTest {

  @TempDir private Path folder;

  private Path run() throws IOException {
    return Files.createDirectories(folder.resolve("reinforce++/seed-1"));
  }

  private void prepare() {
    ComparisonFolders.prepare(Comparisons.tiny(folder));
  }

  @Test
  void aRunInterruptedBeforeItsFirstUpdateIsTakenOver() throws IOException {
    Path run = run();
    Files.writeString(run.resolve("run.json"), "{\"status\":\"running\"}");
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":0,\"eval/accuracy\":0.5}\n");
    Files.writeString(run.resolve("events.out.tfevents.1.align4j"), "header");
    Files.createFile(run.resolve("completions.jsonl"));
    prepare();
    assertThat(run).doesNotExist();
  }

  @Test
  void aRunThatLearntSomethingIsRefusedAndKept() throws IOException {
    Path metrics =
        Files.writeString(run().resolve("metrics.jsonl"), "{\"step\":0,\"x\":1}\n{\"step\":1}\n");
    Path completions = Files.createFile(run().resolve("completions.jsonl"));
    assertThatThrownBy(this::prepare)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exists from an earlier run");
    assertThat(metrics).isNotEmptyFile();
    assertThat(completions).exists();
  }

  @Test
  void foldersThatNoRunCameToAreRemoved() throws IOException {
    Path out = folder.resolve("out");
    ComparisonSettings settings = Comparisons.tiny(out);
    ComparisonFolders.prepare(settings);
    Files.createDirectories(settings.folder("ppo", 1));
    ComparisonFolders.removeEmpty(settings);
    assertThat(out.resolve("reinforce++")).doesNotExist();
    assertThat(settings.folder("ppo", 1)).exists();
  }
}
