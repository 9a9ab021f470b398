package org.align4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.algorithms.train.RlSettings;
import org.align4j.core.engine.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of a comparison: what was written is kept, what was not stands in nobody's way. */
final class ComparisonTest {

  @TempDir private Path folder;

  private ComparisonSettings settings() {
    return new ComparisonSettings(
        ImmutableList.of("reinforce++"), 1, 1, 1, RlSettings.ARITHMETIC, Engine.PLAN, folder);
  }

  private Path run() throws IOException {
    return Files.createDirectories(folder.resolve("reinforce++/seed-1"));
  }

  @Test
  void aRunInterruptedBeforeItsFirstUpdateIsTakenOver() throws IOException {
    Files.createFile(run().resolve("metrics.jsonl"));
    Comparison.prepare(settings());
    assertThat(run()).isEmptyDirectory();
  }

  @Test
  void aRunThatWroteSomethingIsRefusedAndKept() throws IOException {
    Path metrics = Files.writeString(run().resolve("metrics.jsonl"), "{}");
    Path completions = Files.createFile(run().resolve("completions.jsonl"));
    assertThatThrownBy(() -> Comparison.prepare(settings()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exists from an earlier run");
    assertThat(metrics).hasContent("{}");
    assertThat(completions).exists();
  }
}
