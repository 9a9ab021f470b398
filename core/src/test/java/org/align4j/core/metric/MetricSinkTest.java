package org.align4j.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricSinkTest {

  @TempDir Path folder;

  @Test
  void jsonlHasOneObjectAStepAndIsNeverOverwritten() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("train/reward", 0.5);
    values.put("train/kl", Double.NaN);
    try (MetricSink sink = MetricSink.all(List.of(JsonlMetrics.create(file), MetricSink.NONE))) {
      sink.record(1, values);
    }
    try (MetricSink sink = JsonlMetrics.append(file)) {
      sink.record(2, Map.of("train/reward", 1.0));
    }
    assertThat(file)
        .hasContent(
            """
            {"step":1,"train/reward":0.5,"train/kl":null}
            {"step":2,"train/reward":1.0}
            """);
    assertThatThrownBy(() -> JsonlMetrics.create(file)).isInstanceOf(UncheckedIOException.class);
  }

  /** The bytes that tensorboard's own EventFileWriter makes of the same two events. */
  @Test
  void eventsAreThoseOfTensorBoard() throws IOException {
    InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1));
    try (MetricSink sink = TensorBoardEvents.create(folder, clock)) {
      sink.record(300, Map.of("a", 1.5));
    }
    byte[] bytes = Files.readAllBytes(folder.resolve("events.out.tfevents.1.align4j"));
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(EXPECTED);
  }

  /** What a killed run left beyond its checkpoint goes, so that no step is there twice. */
  @Test
  void filesAreCutBackToAStepAndHalfALineGoes() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(file, "{\"step\":1}\n{\"step\":2,\"a\":1}\n{\"step\":3}\n{\"st");
    StepLines.cutBack(file, 2);
    assertThat(file).hasContent("{\"step\":1}\n{\"step\":2,\"a\":1}\n");
    StepLines.cutBack(folder.resolve("none.jsonl"), 2);
  }

  @Test
  void eventsAreCutBackToAStepAndGoOnInAnotherFile() throws IOException {
    InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1));
    try (MetricSink sink = TensorBoardEvents.create(folder, clock)) {
      sink.record(300, Map.of("a", 1.5));
      sink.record(301, Map.of("a", 2.5));
    }
    Path file = folder.resolve("events.out.tfevents.1.align4j");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length + 5));
    TensorBoardEvents.cutBack(folder, 300);
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(EXPECTED);
    TensorBoardEvents.cutBack(folder, 299);
    assertThat(Files.size(file)).isLessThan(EXPECTED.length() / 2);
    try (MetricSink sink = TensorBoardEvents.create(folder, clock)) {
      sink.record(300, Map.of("a", 1.5));
    }
    assertThat(folder.resolve("events.out.tfevents.2.align4j")).isNotEmptyFile();
  }

  /** A power failure leaves zeros where a file was longer than what had reached the disk. */
  @Test
  void zerosAtTheEndOfEventsGo() throws IOException {
    Path file = folder.resolve("events.out.tfevents.1.align4j");
    byte[] whole = HexFormat.of().parseHex(EXPECTED);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length + 64));
    TensorBoardEvents.cutBack(folder, 300);
    assertThat(file).hasBinaryContent(whole);
  }

  @Test
  void aFileOfEventsOfWhichNothingIsLeftIsRemoved() throws IOException {
    Path file = folder.resolve("events.out.tfevents.1.align4j");
    Files.write(file, HexFormat.of().parseHex(EXPECTED));
    TensorBoardEvents.cutBack(folder, -1);
    assertThat(file).doesNotExist();
  }

  private static final String EXPECTED =
      "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a1800000000000000a37f4b2209000000000000f03f10ac022a0a0a080a0161150000c03fb0e7ab9d";
}
