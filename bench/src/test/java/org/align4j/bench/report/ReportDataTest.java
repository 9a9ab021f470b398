package org.align4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.bench.report.folder.MetricTable;
import org.align4j.bench.report.folder.RunFolders;
import org.align4j.bench.report.folder.RunGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers on the page. */
final class ReportDataTest {

  @TempDir private Path root;

  private static JsonNode json(Object data) {
    return new ObjectMapper().valueToTree(data);
  }

  private Path metrics(String algorithm, int seed, String... lines) throws IOException {
    Path folder = root.resolve(algorithm).resolve("seed-" + seed);
    java.nio.file.Files.createDirectories(folder);
    RunFiles.text(folder.resolve("metrics.jsonl"), String.join("\n", lines) + "\n");
    return folder;
  }

  private List<RunGroup> groups() {
    return RunGroup.of(RunFolders.read(List.of(root)));
  }

  @Test
  void thePapersPanelsComeFirstAndInItsOrder() throws IOException {
    RunFiles.run(root, "ppo", 1, 2);
    assertThat(ReportData.of(RunFolders.read(List.of(root))).panels())
        .extracting(Panel::metric)
        .containsExactly(
            "train/actor_lr",
            "train/kl",
            "train/return",
            "train/policy_loss",
            "train/reward",
            "train/response_length",
            "train/total_length",
            "train/entropy");
  }

  /** Values 1, 2, 6: mean 3, sample variance (4 + 1 + 9) / 2 = 7. */
  @Test
  void aBandIsTheMeanAndOneSampleDeviation() {
    Curve.Band band = Curve.Band.of(List.of(new double[] {1}, new double[] {2}, new double[] {6}));
    assertThat(band.mean()[0]).isEqualTo(3);
    // Rounding of one square root.
    assertThat(band.high()[0]).isCloseTo(3 + Math.sqrt(7), within(1e-12));
    assertThat(band.low()[0]).isCloseTo(3 - Math.sqrt(7), within(1e-12));
  }

  @Test
  void aMissingSeedIsLeftOutOfTheMean() {
    Curve.Band band = Curve.Band.of(List.of(new double[] {1, 4}, new double[] {Double.NaN, 6}));
    assertThat(band.mean()).containsExactly(1, 5);
    assertThat(band.low()[0]).isNaN();
  }

  @Test
  void aSpikeOfOneStepSurvivesThinning() throws IOException {
    String[] lines =
        IntStream.rangeClosed(1, 5000)
            .mapToObj(step ->
                String.format(Locale.ROOT, "{\"step\":%d,\"a\":%d}", step, step == 3333 ? 99 : 0))
            .toArray(String[]::new);
    MetricTable table = MetricTable.read(metrics("ppo", 1, lines).resolve("metrics.jsonl"));
    StepGrid grid = StepGrid.over(List.of(table), 100);
    double[] thinned = grid.thinned(grid.aligned(table, "a"));
    assertThat(thinned).hasSize(100).contains(99);
    assertThat(grid.positions()).startsWith(1, 100).endsWith(4901, 5000);
  }

  @Test
  void fewStepsAreAllKept() throws IOException {
    MetricTable table =
        MetricTable.read(
            metrics("ppo", 1, "{\"step\":5,\"a\":1}", "{\"step\":9,\"a\":2}")
                .resolve("metrics.jsonl"));
    StepGrid grid = StepGrid.over(List.of(table), 2);
    assertThat(grid.positions()).containsExactly(5, 9);
    assertThat(grid.averaged(grid.aligned(table, "a"))).containsExactly(1, 2);
  }

  /**
   * KL a step 0.1 · 10 = 1 and 0.2 · 10 = 2: after 3 nats the reward is 0.8, halfway of 1 to 3 it
   * is 0.6.
   */
  @Test
  void klConsumedIsKlTimesLengthAddedUp() throws IOException {
    metrics(
        "ppo",
        1,
        "{\"step\":1,\"train/kl\":0.1,\"train/response_length\":10,\"train/reward\":0.4}",
        "{\"step\":2,\"train/kl\":0.2,\"train/response_length\":10,\"train/reward\":0.8}");
    JsonNode cumulated = json(RewardAgainstKl.of(groups())).path("cumulated");
    JsonNode x = cumulated.path("x");
    JsonNode reward = cumulated.path("runs").path(0);
    assertThat(x.get(x.size() - 1).asDouble()).isEqualTo(3);
    assertThat(reward.get(x.size() - 1).asDouble()).isEqualTo(0.8);
    int third = (x.size() - 1) * 2 / 3;
    // Positions are 3 / 200 nats apart, over which the reward moves by 0.003.
    assertThat(reward.get(third).asDouble()).isCloseTo(0.6, within(0.003));
  }

  @Test
  void stepsOfNegativeKlDoNotTakeConsumptionBack() throws IOException {
    metrics(
        "ppo",
        1,
        "{\"step\":1,\"train/kl\":0.1,\"train/response_length\":10,\"train/reward\":0.4}",
        "{\"step\":2,\"train/kl\":-0.05,\"train/response_length\":10,\"train/reward\":0.5}");
    JsonNode x = json(RewardAgainstKl.of(groups())).path("cumulated").path("x");
    assertThat(x.get(x.size() - 1).asDouble()).isEqualTo(1);
  }

  @Test
  void whatNoPhaseCountsIsTheRest() throws IOException {
    metrics(
        "ppo",
        1,
        "{\"step\":1,\"time/policy_update\":2,\"time/generate\":1,\"time/total\":3.5}",
        "{\"step\":2,\"time/policy_update\":4,\"time/generate\":1,\"time/total\":5.5}");
    PhaseTimes times = PhaseTimes.of(groups());
    assertThat(times.phases()).containsExactly("generate", "policy_update", "rest");
    assertThat(json(times.wall()).toString()).isEqualTo("[[1,3,0.5]]");
    assertThat(times.cpu()).isNull();
  }

  @Test
  void settingsThatDifferAreToldApartFromThoseThatDoNot() throws IOException {
    for (String algorithm : List.of("grpo", "ppo")) {
      Path run = RunFiles.run(root, algorithm, 1, 1);
      RunFiles.describe(
          run,
          algorithm,
          1,
          "done",
          Map.of("algorithm", algorithm, "rollout", Map.of("prompts", 32)));
    }
    Differences differences = Differences.of(groups());
    assertThat(differences.different())
        .containsExactly(new Differences.Row("algorithm", List.of("grpo", "ppo")));
    assertThat(differences.same()).contains(new Differences.Row("rollout.prompts", List.of("32")));
  }

  @Test
  void completionsAreSpreadOverTheStepsAndCounted() throws IOException {
    Path file = root.resolve("completions.jsonl");
    for (int step = 1; step <= 100; step++) {
      for (int i = 0; i < 3; i++) {
        RunFiles.line(file, RunFiles.sample(step, "p" + i, "x".repeat(100)));
      }
    }
    // Room for about two samples of each of 30 steps.
    Completions completions = Completions.read(file, 30 * 250);
    assertThat(completions.stepsWritten()).isEqualTo(100);
    assertThat(completions.steps()).hasSize(30);
    assertThat(completions.steps().get(0).step()).isEqualTo(1);
    assertThat(completions.steps().get(29).step()).isEqualTo(100);
    assertThat(completions.steps())
        .allSatisfy(step -> {
          assertThat(step.written()).isEqualTo(3);
          assertThat(step.samples()).hasSize(2);
        });
  }

  @Test
  void scoresOfTokensAreKeptOnlyWhereTheyFitTheTokens() throws IOException {
    Path file = root.resolve("completions.jsonl");
    RunFiles.text(
        file,
        """
        {"step":1,"completion":"ab","tokens":["a","b"],"log_probs":[-0.5,-1],"kl":[0.1]}
        {"step":1,"completion":"ab","tokens":2}
        """);
    List<Completions.Sample> samples = Completions.read(file, 1000).steps().get(0).samples();
    assertThat(json(samples.get(0)).path("logProbs").toString()).isEqualTo("[-0.5,-1]");
    assertThat(samples.get(0).kl()).isNull();
    assertThat(samples.get(1).length()).isEqualTo(2);
    assertThat(samples.get(1).tokens()).isNull();
  }

  @Test
  void aNumberHasSixDigitsAndNoNaN() {
    assertThat(json(new Curve(new double[] {0.123456789, 1234567.5, 3, Double.NaN})).toString())
        .isEqualTo("[0.123457,1234570.0,3,null]");
  }
}
