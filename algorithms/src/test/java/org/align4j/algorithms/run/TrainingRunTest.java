package org.align4j.algorithms.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.run.log.MetricRows;
import org.align4j.algorithms.settings.run.GuardSettings;
import org.align4j.algorithms.settings.run.RunSettings;
import org.align4j.core.file.JsonFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a run folder when runs end early, go on and are made longer. */
final class TrainingRunTest {

  private static final RunSettings SETTINGS =
      RunSettings.defaults()
          .withCheckpoint(c -> c.withEvery(1))
          .withEvaluation(e -> e.withEvery(1))
          .withGuards(g -> g.withNonFinite(GuardSettings.NonFinite.SKIP));

  @TempDir private Path temporary;
  private final List<String> warnings = new ArrayList<>();

  private Path folder() {
    return temporary.resolve("run");
  }

  /** Steps until the run is at one, as if a signal came then. */
  private TrainingRun.Outcome run(Trainable trainable, long until) {
    RunListener listener =
        new RunListener() {
          @Override
          public void onStep(long step, Map<String, Double> row) {}

          @Override
          public void onWarning(String message) {
            warnings.add(message);
          }
        };
    try (RunFolder folder =
        RunFolder.exists(folder())
            ? RunFolder.open(folder())
            : RunFolder.create(
                folder(), JsonFiles.mapper().createObjectNode(), InstantSource.system())) {
      return new TrainingRun(
              folder,
              SETTINGS,
              trainable,
              () -> trainable.updates() >= until,
              listener,
              InstantSource.system())
          .run();
    }
  }

  private TrainingRun.Outcome finish(long planned) {
    return run(new CountingRun(planned), Long.MAX_VALUE);
  }

  private TrainingRun.Outcome stopAt(long step, long planned) {
    return run(new CountingRun(planned), step);
  }

  private void damage(long step) throws IOException {
    Files.writeString(folder().resolve("checkpoints/step-" + step).resolve(CountingRun.MODEL), "");
  }

  private void assertModel(String name, long step) {
    assertThat(folder().resolve(name).resolve(CountingRun.MODEL)).hasContent("step " + step);
  }

  /** Every step has one row, the evaluation before the first included. */
  private void assertSteps(long last) {
    List<Long> steps = new ArrayList<>();
    MetricRows.read(folder().resolve("metrics.jsonl"), (step, row) -> steps.add(step));
    assertThat(steps).isEqualTo(LongStream.rangeClosed(0, last).boxed().toList());
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder().relativize(file).toString(), Files.readString(file, ISO_8859_1));
      }
    }
    return contents;
  }

  @Test
  void aRunThatIsMadeLongerReplacesItsModel() {
    finish(3);
    assertModel("policy", 3);
    assertThat(finish(5)).isEqualTo(TrainingRun.Outcome.DONE);
    assertModel("policy", 5);
    assertModel("policy-best", 2);
    assertSteps(5);
  }

  @Test
  void theBestModelIsNoSecondCopyOfTheLast() {
    finish(2);
    assertThat(folder().resolve("policy-best")).doesNotExist();
  }

  @Test
  void aRunIsNotMadeShorterThanItIs() throws IOException {
    stopAt(3, 5);
    Map<String, String> before = contents();
    assertThatThrownBy(() -> finish(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("at step 3", "only 2", "at least");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aDamagedCheckpointIsNamedAndItsStepsAreDoneAgain() throws IOException {
    stopAt(4, 5);
    damage(4);
    finish(5);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("step 4 is damaged", "damaged-step-4", "one before");
    assertSteps(5);
    assertModel("policy", 5);
  }

  @Test
  void withoutAWholeCheckpointTheRunBeginsAnewAndSaysSo() throws IOException {
    stopAt(4, 5);
    for (long step : List.of(2L, 3L, 4L)) {
      damage(step);
    }
    finish(5);
    assertThat(warnings).hasSize(4);
    assertThat(warnings.get(3)).contains("no checkpoint in", "begins anew");
    assertSteps(5);
    assertModel("policy-best", 2);
  }

  /** As after a kill between the checkpoint and its mark, or on a disk that lost it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "{\"step\":", "{\"step\":9,\"value\":9}"})
  void theBestCheckpointIsFoundAgainWithoutItsMark(String mark) throws IOException {
    stopAt(2, 5);
    Files.writeString(folder().resolve("checkpoints/best.json"), mark);
    finish(5);
    assertModel("policy-best", 2);
  }

  @Test
  void aDamagedBestCheckpointIsToldAndTheRunEndsAllTheSame() throws IOException {
    stopAt(4, 5);
    damage(2);
    assertThat(finish(5)).isEqualTo(TrainingRun.Outcome.DONE);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("best checkpoint, of step 2, is damaged");
    assertModel("policy", 5);
  }

  @Test
  void rowsThatAreMissingAreTold() throws IOException {
    stopAt(4, 5);
    Files.writeString(folder().resolve("metrics.jsonl"), "{\"step\":0}\n{\"step\":1,\"tra");
    finish(5);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("ends at step 0", "of step 4", "lost");
  }

  /** The limit is three in a row: a stop in between does not begin the count again. */
  @Test
  void skipsInARowAreCountedAcrossAStop() {
    run(new CountingRun(9, 2), 3);
    assertThatThrownBy(() -> run(new CountingRun(9, 2), Long.MAX_VALUE))
        .isInstanceOf(RunStoppedException.class)
        .hasMessageContaining("step 5");
  }

  @Test
  void halfWrittenFilesOfAKilledProcessAreRemoved() throws IOException {
    stopAt(2, 3);
    Path half = Files.createDirectory(folder().resolve(".policy.new"));
    Path deleted = Files.createDirectory(folder().resolve("checkpoints/.deleted-step-1"));
    finish(3);
    assertThat(half).doesNotExist();
    assertThat(deleted).doesNotExist();
  }

  @Test
  void aFolderIsOpenInOneProcessAtATime() {
    stopAt(1, 3);
    try (RunFolder open = RunFolder.open(folder())) {
      assertThatThrownBy(() -> RunFolder.open(open.path()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is being written by another process");
    }
    assertThat(finish(3)).isEqualTo(TrainingRun.Outcome.DONE);
  }

  @Test
  void aProcessKilledBeforeItHadBegunLeavesAFolderThatCanBeUsed() throws IOException {
    Files.createDirectories(folder());
    Files.createFile(folder().resolve(".lock"));
    Files.writeString(folder().resolve(".run.json1.tmp"), "{");
    assertThat(finish(1)).isEqualTo(TrainingRun.Outcome.DONE);
    assertThat(folder().resolve(".run.json1.tmp")).doesNotExist();
  }
}
