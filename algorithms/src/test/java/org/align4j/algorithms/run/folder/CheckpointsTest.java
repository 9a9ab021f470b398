package org.align4j.algorithms.run.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {

  @TempDir Path folder;

  private static void write(Path path) {
    AtomicFiles.createFolder(
        path, temporary -> Files.writeString(temporary.resolve("state"), "whole"));
  }

  private static void read(Path path) {
    try {
      if (!Files.readString(path.resolve("state")).equals("whole")) {
        throw new BadFileException(path.resolve("state"), "it is cut short");
      }
    } catch (IOException e) {
      throw new BadFileException(path.resolve("state"), "it is missing", e);
    }
  }

  @Test
  void theNewestStayAndTheBest() {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    checkpoints.save(1, CheckpointsTest::write);
    checkpoints.markBest(1, 0.9);
    for (long step = 2; step <= 6; step++) {
      checkpoints.save(step, CheckpointsTest::write);
    }
    assertThat(checkpoints.steps()).containsExactly(1L, 5L, 6L);
    assertThat(checkpoints.bestStep()).hasValue(1);
    assertThat(checkpoints.bestValue()).hasValue(0.9);
    checkpoints.markBest(6, 1);
    assertThat(checkpoints.steps()).containsExactly(5L, 6L);
  }

  @Test
  void aDamagedOneIsNamedAndSetAsideAndTheOneBeforeIsUsed() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 3);
    for (long step = 1; step <= 3; step++) {
      checkpoints.save(step, CheckpointsTest::write);
    }
    Files.writeString(folder.resolve("step-3/state"), "wh");
    Files.delete(folder.resolve("step-2/state"));
    List<String> warnings = new ArrayList<>();
    assertThat(checkpoints.restore(CheckpointsTest::read, warnings::add)).hasValue(1);
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0)).contains("step 3", "cut short", "damaged-step-3");
    assertThat(folder.resolve("damaged-step-3")).isDirectory();
    assertThat(checkpoints.steps()).containsExactly(1L);
  }

  @Test
  void leftoversOfAKilledProcessAreRemovedAndAnEmptyFolderHasNone() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder.resolve("none"), 1);
    assertThat(checkpoints.restore(CheckpointsTest::read, warning -> {})).isEmpty();
    Files.createDirectories(folder.resolve(".step-4.tmp17"));
    Files.createDirectories(folder.resolve("step-x"));
    assertThat(new Checkpoints(folder, 1).restore(CheckpointsTest::read, warning -> {})).isEmpty();
    assertThat(folder.resolve(".step-4.tmp17")).doesNotExist();
  }

  /** Settings that do not fit are the user's mistake, not damage: nothing is set aside. */
  @Test
  void aRefusalForAnotherReasonIsNoDamage() {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    checkpoints.save(1, CheckpointsTest::write);
    assertThatThrownBy(() ->
            checkpoints.restore(
                path -> {
                  throw new IllegalArgumentException("other settings");
                },
                warning -> {}))
        .hasMessage("other settings");
    assertThat(checkpoints.steps()).containsExactly(1L);
  }
}
