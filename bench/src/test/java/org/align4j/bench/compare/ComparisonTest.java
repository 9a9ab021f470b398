package org.align4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Maps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.log.MetricRows;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Algorithms take turns, and nothing but times shows it. */
final class ComparisonTest {

  private static final ImmutableList<String> ALGORITHMS = ImmutableList.of("ppo", "reinforce++");

  @TempDir private static Path folder;
  private static final Comparisons.Heard inTurns = new Comparisons.Heard();
  private static final Comparisons.Heard oneByOne = new Comparisons.Heard();
  private static ImmutableList<RunResult> results;

  private static ImmutableList<RunResult> run(
      String out, Comparisons.Heard heard, StopSignal stop, long memory) {
    ComparisonSettings settings = Comparisons.tiny(folder.resolve(out));
    try (Workload workload = Workload.open(settings.config(), settings.engine())) {
      ComparisonFolders.prepare(settings);
      return new Comparison(settings, workload, heard, stop, () -> memory).run();
    }
  }

  @BeforeAll
  static void compareBothWays() {
    results = run("in-turns", inTurns, StopSignal.NEVER, Long.MAX_VALUE);
    var _ = run("one-by-one", oneByOne, StopSignal.NEVER, 0);
  }

  private static Path of(String out, String algorithm, String file) {
    return folder.resolve(out).resolve(algorithm).resolve("seed-1").resolve(file);
  }

  private static Map<Long, Map<String, Double>> metrics(String out, String algorithm) {
    Map<Long, Map<String, Double>> rows = new LinkedHashMap<>();
    MetricRows.read(
        of(out, algorithm, "metrics.jsonl"),
        (step, row) ->
            rows.put(
                step,
                Maps.filterKeys(
                    row, name -> !name.startsWith("time/") && !name.startsWith("cpu/"))));
    return rows;
  }

  @Test
  void anotherAlgorithmIsFirstInEachUpdate() {
    assertThat(inTurns.steps)
        .containsExactly("ppo", "reinforce++", "reinforce++", "ppo", "ppo", "reinforce++");
  }

  @Test
  void withoutTheMemoryForAllTheyRunOneAfterAnotherAndItIsSaid() {
    assertThat(oneByOne.steps)
        .containsExactly("ppo", "ppo", "ppo", "reinforce++", "reinforce++", "reinforce++");
    assertThat(oneByOne.messages)
        .singleElement()
        .asString()
        .contains("0.0 GB are available", "one after another");
    assertThat(inTurns.messages).isEmpty();
  }

  @Test
  void turnsDoNotChangeABitOfTheMetrics() {
    for (String algorithm : ALGORITHMS) {
      assertThat(metrics("in-turns", algorithm))
          .as(algorithm)
          .containsOnlyKeys(0L, 1L, 2L, 3L)
          .isEqualTo(metrics("one-by-one", algorithm));
    }
  }

  @Test
  void turnsDoNotChangeABitOfCompletionsAndPolicies() throws IOException {
    for (String algorithm : ALGORITHMS) {
      for (String file : ImmutableList.of("completions.jsonl", "policy/model.safetensors")) {
        assertThat(of("in-turns", algorithm, file))
            .as(algorithm)
            .isNotEmptyFile()
            .hasSameBinaryContentAs(of("one-by-one", algorithm, file));
      }
    }
  }

  @Test
  void everyRunHasAFolderAsTrainWritesIt() {
    for (String algorithm : ALGORITHMS) {
      try (RunFolder run = RunFolder.open(of("in-turns", algorithm, ""))) {
        assertThat(run.status()).isEqualTo(RunFolder.Status.DONE);
        assertThat(run.description().path("kind").asText()).isEqualTo("rl");
        assertThat(run.description().at("/settings/algorithm").asText()).isEqualTo(algorithm);
        assertThat(run.log()).content().hasLineCount(3);
        assertThat(run.path()).isDirectoryContaining("glob:**/events.out.tfevents.*");
      }
    }
  }

  @Test
  void resultsAreThoseOfTheFolders() {
    assertThat(results).extracting(RunResult::algorithm).isEqualTo(ALGORITHMS);
    RunResult result = results.get(0);
    assertThat(result.before("eval/accuracy")).isPresent();
    assertThat(result.after("eval/accuracy")).isPresent();
    assertThat(result.phases().totalSeconds()).isPositive();
    assertThat(result.phases().totalCpuSeconds()).isPositive();
    try (RunFolder run = RunFolder.open(of("in-turns", "ppo", ""))) {
      assertThat(RunResult.read(run)).isEqualTo(result);
    }
  }

  @Test
  void whatIsStoppedInTheMiddleSaysSo() {
    Comparisons.Heard heard = new Comparisons.Heard();
    assertThat(run("stopped", heard, () -> heard.steps.size() == 3, Long.MAX_VALUE)).isEmpty();
    for (String algorithm : ALGORITHMS) {
      try (RunFolder run = RunFolder.open(of("stopped", algorithm, ""))) {
        assertThat(run.status()).isEqualTo(RunFolder.Status.INTERRUPTED);
        assertThat(run.model()).doesNotExist();
      }
    }
  }
}
