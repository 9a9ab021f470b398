package org.align4j.bench.report.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.align4j.bench.report.RunFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs are found and read whatever state their folders are in. */
final class RunFoldersTest {

  @TempDir private Path root;

  @Test
  void aComparisonWithoutDescriptionsIsReadBySeedAndAlgorithm() throws IOException {
    RunFiles.run(root, "reinforce++", 1, 3);
    RunFiles.run(root, "ppo", 2, 3);
    assertThat(RunFolders.read(List.of(root)))
        .extracting(ReportedRun::algorithm, ReportedRun::seed)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("ppo", "2"),
            org.assertj.core.groups.Tuple.tuple("reinforce++", "1"));
  }

  @Test
  void aRunNamedTwiceIsReadOnce() throws IOException {
    Path run = RunFiles.run(root, "ppo", 1, 3);
    assertThat(RunFolders.read(List.of(root, run))).hasSize(1);
  }

  @Test
  void aHalfWrittenLastLineIsNoRemark() throws IOException {
    Path run = RunFiles.run(root, "ppo", 1, 3);
    // Ends within a character of two bytes.
    byte[] half = "{\"step\":4,\"train/reward\":0.5,\"é".getBytes(StandardCharsets.UTF_8);
    Files.write(
        run.resolve("metrics.jsonl"),
        java.util.Arrays.copyOf(half, half.length - 1),
        StandardOpenOption.APPEND);
    ReportedRun read = ReportedRun.read(run);
    assertThat(read.metrics().lastStep()).isEqualTo(3);
    assertThat(read.notes()).isEmpty();
  }

  @Test
  void badLinesAmongGoodOnesAreRemarked() throws IOException {
    Path run = RunFiles.run(root, "ppo", 1, 2);
    RunFiles.text(run.resolve("metrics.jsonl"), "nonsense\n[1]\n{\"step\":3}\n");
    assertThat(ReportedRun.read(run).notes())
        .containsExactly("2 lines of metrics.jsonl could not be read");
  }

  @Test
  void aResumedRunForgetsWhatItDoesAgain() throws IOException {
    Path file = root.resolve("metrics.jsonl");
    RunFiles.text(
        file,
        """
        {"step":1,"a":1}
        {"step":2,"a":2,"b":5}
        {"step":3,"a":3}
        {"step":2,"a":20}
        """);
    MetricTable table = MetricTable.read(file);
    assertThat(table.steps()).containsExactly(1, 2);
    assertThat(table.values("a")).containsExactly(1, 20);
    assertThat(table.values("b")).containsOnly(Double.NaN);
  }

  @Test
  void aBrokenDescriptionIsARemark() throws IOException {
    Path run = RunFiles.run(root, "ppo", 1, 2);
    RunFiles.text(run.resolve("run.json"), "{\"format\":1,");
    ReportedRun read = ReportedRun.read(run);
    assertThat(read.algorithm()).isEqualTo("ppo");
    assertThat(read.notes()).containsExactly("run.json could not be read");
  }

  @Test
  void aRunThatHasOnlyItsDescriptionIsShownWithoutSteps() throws IOException {
    Path run = Files.createDirectories(root.resolve("mine"));
    RunFiles.describe(run, "grpo", 7, "running", Map.of());
    ReportedRun read = ReportedRun.read(run);
    assertThat(read.status()).isEqualTo("running");
    assertThat(read.metrics().size()).isZero();
  }

  @Test
  void aFolderWithoutRunsIsAnError() {
    assertThatThrownBy(() -> RunFolders.read(List.of(root)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(root.toString())
        .hasMessageContaining("metrics.jsonl");
  }

  @Test
  void aFolderThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> RunFolders.read(List.of(root.resolve("nowhere"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no such folder");
  }

  @Test
  void runsThatDifferOnlyInTheSeedAreOneGroup() throws IOException {
    for (int seed : new int[] {1, 2, 10}) {
      Path run = RunFiles.run(root, "ppo", seed, 1);
      RunFiles.describe(run, "ppo", seed, "done", Map.of("seed", seed, "clip", 0.2));
    }
    List<RunGroup> groups = RunGroup.of(RunFolders.read(List.of(root)));
    assertThat(groups).extracting(RunGroup::name).containsExactly("ppo");
    assertThat(groups.get(0).runs()).extracting(ReportedRun::seed).containsExactly("1", "2", "10");
  }

  @Test
  void groupsOfAnAlgorithmAreNamedByWhatDiffers() throws IOException {
    for (double clip : new double[] {0.2, 0.28}) {
      Path run = RunFiles.run(root.resolve("clip-" + clip), "ppo", 1, 1);
      RunFiles.describe(
          run, "ppo", 1, "done", Map.of("update", Map.of("clipHigh", clip, "epochs", 1)));
    }
    assertThat(RunGroup.of(RunFolders.read(List.of(root))))
        .extracting(RunGroup::name)
        .containsExactly("ppo, clipHigh 0.2", "ppo, clipHigh 0.28");
  }

  @Test
  void comparisonsWithoutSettingsAreNotMixed() throws IOException {
    RunFiles.run(root.resolve("monday"), "ppo", 1, 1);
    RunFiles.run(root.resolve("tuesday"), "ppo", 1, 1);
    assertThat(RunGroup.of(RunFolders.read(List.of(root))))
        .extracting(RunGroup::name)
        .containsExactly("ppo, monday", "ppo, tuesday");
  }
}
