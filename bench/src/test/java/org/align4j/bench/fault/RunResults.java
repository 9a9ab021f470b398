package org.align4j.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.file.JsonFiles;

/** What a run left. */
final class RunResults {

  private RunResults() {}

  /** Two runs left the same, but for times: every row, every sample, every parameter. */
  static void assertSame(Path run, Path other) throws IOException {
    assertThat(objects(run, "metrics.jsonl")).isNotEmpty().isEqualTo(objects(other, "metrics.jsonl"));
    assertThat(objects(run, "completions.jsonl")).isEqualTo(objects(other, "completions.jsonl"));
    assertThat(objects(run, "events.jsonl")).isEqualTo(objects(other, "events.jsonl"));
    assertThat(models(run)).contains("policy/model.safetensors").isEqualTo(models(other));
    for (String model : models(run)) {
      assertThat(run.resolve(model)).hasSameBinaryContentAs(other.resolve(model));
    }
    assertThat(hidden(run)).isEmpty();
    assertThat(status(run)).isEqualTo("done");
  }

  /** What run.json says. */
  static String status(Path run) throws IOException {
    return JsonFiles.mapper().readTree(run.resolve("run.json").toFile()).path("status").asText();
  }

  private static List<JsonNode> objects(Path run, String file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve(file))) {
      ObjectNode row = (ObjectNode) JsonFiles.mapper().readTree(line);
      row.properties()
          .removeIf(e -> e.getKey().startsWith("time/") || e.getKey().startsWith("cpu/"));
      rows.add(row);
    }
    return rows;
  }

  /** The parameters of policy, its average, and the best one. */
  private static List<String> models(Path run) throws IOException {
    try (Stream<Path> entries = Files.list(run)) {
      return entries
          .map(entry -> entry.getFileName() + "/model.safetensors")
          .filter(model -> Files.exists(run.resolve(model)))
          .sorted()
          .toList();
    }
  }

  /** What is half-written, of which nothing may be left at the end. */
  private static List<String> hidden(Path run) {
    try (Stream<Path> entries = Files.walk(run)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.startsWith(".") && !name.equals(".lock"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a checkpoint is being written. */
  static boolean writesCheckpoint(Path run) {
    String[] names = run.resolve("checkpoints").toFile().list();
    return names != null && Stream.of(names).anyMatch(name -> name.startsWith(".step-"));
  }

  /** Rows of metrics so far. */
  static int rows(Path run) {
    try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
      return (int) lines.count();
    } catch (IOException e) {
      return 0;
    }
  }
}
