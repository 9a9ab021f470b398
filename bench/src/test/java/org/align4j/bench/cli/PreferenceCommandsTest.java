package org.align4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that learn from pairs, on the embedded policy: worked solutions are preferred. */
final class PreferenceCommandsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static Path model;
  private static Path pairs;

  private record Outcome(int code, String results, String errors) {}

  @BeforeAll
  static void writeModelAndPairs() throws IOException {
    model = shared.resolve("policy");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      policy.save(model);
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; lines.size() < 80; i++) {
      TextPair demonstration = ArithmeticTask.demonstration(i);
      String response = demonstration.response();
      if (!response.startsWith("####")) {
        lines.add(
            JSON.writeValueAsString(
                JSON.createObjectNode()
                    .put("prompt", demonstration.prompt().text())
                    .put("chosen", response)
                    .put("rejected", response.substring(response.indexOf("####")))));
      }
    }
    pairs = Files.write(shared.resolve("pairs.jsonl"), lines);
  }

  private Outcome run(String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command, "--model", model.toString()));
    args.addAll(List.of("--data", pairs.toString(), "--out", folder.resolve("out").toString()));
    args.addAll(List.of(options));
    return execute(args);
  }

  private static Outcome execute(List<String> args) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(new PrintStream(results, true, StandardCharsets.UTF_8), args);
      return new Outcome(
          code, results.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private JsonNode evaluation() throws IOException {
    return JSON.readTree(folder.resolve("out/evaluation.json").toFile());
  }

  private List<JsonNode> metrics() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("out/metrics.jsonl"))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"frozen, --epochs=30", "full, --steps=12"})
  void aRewardModelIsTrainedJudgedAndLoadsAsOne(String head, String length) throws IOException {
    // the rate is for the tiny model; a frozen head has its own
    String rate = head.equals("full") ? "--set=update.learningRate=3e-4" : "--set=seed=2";
    Outcome outcome = run("reward-model", "--head", head, length, "--eval-size=32", rate);

    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results()).contains("accuracy", "area under ROC", "calibration error");
    // chance has a share of 1/2
    assertThat(evaluation().path("accuracy").path("low").asDouble()).isGreaterThan(0.7);
    assertThat(evaluation().path("pairs").asInt()).isEqualTo(32);
    assertThat(metrics()).hasSize(head.equals("full") ? 12 : 30);
    try (RewardModel saved = RewardModel.load(folder.resolve("out/model"), Engine.PLAN)) {
      assertThat(saved.statistics().orElseThrow().count()).isEqualTo(64);
      assertThat(saved.statistics().orElseThrow().mean())
          .isEqualTo(evaluation().path("rewards").path("mean").asDouble());
      int[] prompt = saved.tokenizer().encodePlain("two, add 3, double:");
      float[] scores =
          saved.scores(
              List.of(
                  new TokenSequence(
                      prompt, saved.tokenizer().encodePlain("2+3=5; 5*2=10; #### 10")),
                  new TokenSequence(prompt, saved.tokenizer().encodePlain("#### 10"))),
              256);
      assertThat(scores[0]).isGreaterThan(scores[1]);
    }
  }

  @ParameterizedTest
  @CsvSource({"dpo", "cdpo", "ipo"})
  void aPolicyLearnsFromPairs(String loss) throws IOException {
    Outcome outcome =
        run(
            "dpo",
            "--loss",
            loss,
            "--steps=6",
            "--eval-size=16",
            "--set=update.learningRate=3e-4",
            "--set=evalEvery=3");

    assertThat(outcome.code()).as(outcome.errors()).isZero();
    List<JsonNode> rows = metrics();
    assertThat(rows).hasSize(6);
    assertThat(rows.get(0).path("rewards/margins").asDouble()).isZero();
    assertThat(rows.get(0).has("eval_rewards/margins")).isFalse();
    double middle = rows.get(2).path("eval_rewards/margins").asDouble();
    double last = rows.get(5).path("eval_rewards/margins").asDouble();
    assertThat(middle).isPositive();
    assertThat(last).isGreaterThan(middle);
    // sums of doubles in another order
    assertThat(evaluation().path("meanMargin").asDouble()).isCloseTo(last, within(1e-12));
    Policy.load(folder.resolve("out/policy"), Engine.PLAN).close();
  }

  private void assertUsageError(Outcome outcome, String message) {
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.errors()).contains(message).doesNotContain("\tat ");
    assertThat(outcome.errors().lines()).hasSize(1);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void optionsOfAnotherKindOfTrainingAreRefused() {
    assertUsageError(run("reward-model", "--steps", "5"), "--steps is 5: that is for --head full");
    assertUsageError(
        run("reward-model", "--set", "update.learningRate=1"),
        "--set update.learningRate: that is for --head full");
    assertUsageError(
        run("reward-model", "--head", "full", "--epochs", "5"),
        "--epochs and --l2 are for --head frozen");
    assertUsageError(
        run("dpo", "--loss", "ipo", "--label-smoothing", "0.2"),
        "--label-smoothing is for --loss cdpo: ipo takes every label as right");
    assertUsageError(
        run("dpo", "--loss", "cdpo", "--label-smoothing", "0"),
        "--label-smoothing is 0.0: it must be in (0, 0.5)");
  }

  @Test
  void valuesOutsideTheirRangeAreRefused() {
    assertUsageError(run("dpo", "--beta", "0"), "beta is 0.0: it must be above 0");
    assertUsageError(run("dpo", "--eval-size", "-1"), "--eval-size is -1: it must be at least 0");
    assertUsageError(
        run("reward-model", "--eval-size", "0"), "--eval-size is 0: it must be at least 1");
    assertUsageError(run("reward-model", "--centring", "-1"), "centring is -1.0");
    assertUsageError(run("dpo", "--set", "learningRat=1"), "did you mean learningRate");
    assertUsageError(
        run("dpo", "--eval-size", "80"),
        "80 of the 80 pairs have at most 128 tokens and 80 are to be held out");
  }

  @Test
  void aFileWithoutPairsIsRefusedBeforeTheModelIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("p.jsonl"), "{\"prompt\": \"a\"}\n");
    assertUsageError(
        execute(
            List.of("dpo", "--model=nowhere", "--data=" + file, "--out=" + folder.resolve("out"))),
        "p.jsonl line 1: it has no \"chosen\"");
  }
}
