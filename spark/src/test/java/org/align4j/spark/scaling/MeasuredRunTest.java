package org.align4j.spark.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.align4j.spark.scaling.ScalingModel.Parts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredRunTest {

  @TempDir private Path folder;

  /** An update of two executors, of which the second waits for nobody. */
  private static String row(double total, double sampling) {
    return String.format(
            Locale.ROOT,
            """
            {"time/total": %s, "train/response_length": %s,
            "executor/0/sample_seconds": %s, "executor/1/sample_seconds": 1,
            "executor/0/score_seconds": 0.5, "executor/1/score_seconds": 0.75,
            "executor/0/learn_seconds": 4, "executor/1/learn_seconds": 4,
            "executor/0/wait_seconds": 1, "executor/1/wait_seconds": 0,
            "executor/0/exchange_seconds": 0.5, "executor/1/exchange_seconds": 0.5,
            "executor/0/step_seconds": 0.25, "executor/1/step_seconds": 0.25,
            "executor/0/sent_bytes": 100, "executor/1/sent_bytes": 300}\
            """,
            total,
            total,
            sampling)
        .replace("\n", " ");
  }

  private Path metrics() throws IOException {
    return Files.write(
        folder.resolve("metrics.jsonl"), List.of(row(99, 50), row(10, 2), row(9, 3), row(40, 30)));
  }

  @Test
  void partsAreThoseOfTheUpdateOfMedianTime() throws IOException {
    MeasuredRun run = MeasuredRun.read(2, 1e9, metrics(), 2, 4);
    Parts parts = run.parts();
    assertThat(parts.sampling()).isEqualTo(2);
    assertThat(parts.scoring()).isEqualTo(0.75);
    assertThat(parts.gradients()).isEqualTo(2.75);
    assertThat(parts.waiting()).isEqualTo(0.5);
    assertThat(parts.exchange()).isEqualTo(0.5);
    assertThat(parts.step()).isEqualTo(0.25);
    assertThat(parts.stages()).isEqualTo(3.25);
    assertThat(parts.total()).isCloseTo(10, within(1e-12));
    assertThat(run.mean("train/response_length")).isCloseTo(59 / 3.0, within(1e-12));
    assertThat(run.sentBytes()).isEqualTo(200);
  }

  @Test
  void rowsThatAreNotThereAreRefused() throws IOException {
    Path metrics = metrics();
    assertThatThrownBy(() -> MeasuredRun.read(2, 1e9, metrics, 3, 5))
        .hasMessageContaining("has 4 lines: lines 3 to 5 are wanted");
  }
}
