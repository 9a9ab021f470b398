package org.align4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
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
import org.junit.jupiter.params.provider.ValueSource;

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
    // and the evaluation before the first step
    assertThat(metrics()).hasSize(head.equals("full") ? 13 : 31);
    try (RewardModel saved = RewardModel.load(folder.resolve("out/policy"), Engine.PLAN)) {
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
            "--set=evaluation.every=3");

    assertThat(outcome.code()).as(outcome.errors()).isZero();
    List<JsonNode> rows = metrics();
    assertThat(rows).hasSize(7);
    // before the first step the policy still is its reference
    assertThat(rows.get(0).path("eval/margin").asDouble()).isZero();
    assertThat(rows.get(1).path("rewards/margins").asDouble()).isZero();
    assertThat(rows.get(1).has("eval/margin")).isFalse();
    double middle = rows.get(3).path("eval/margin").asDouble();
    double last = rows.get(6).path("eval/margin").asDouble();
    assertThat(middle).isPositive();
    assertThat(last).isGreaterThan(middle);
    // sums of doubles in another order
    assertThat(evaluation().path("meanMargin").asDouble()).isCloseTo(last, within(1e-12));
    Policy.load(folder.resolve("out/policy"), Engine.PLAN).close();
  }

  /** What the loss takes for a reward: the margin grows, from 0 only where there is a reference. */
  @ParameterizedTest
  @CsvSource({
    "simpo, beta=2, margin=0.1",
    "orpo, beta=0.5, seed=1",
    "kto, desirableWeight=1.2, undesirableWeight=0.8"
  })
  void aPolicyLearnsFromPairsByTheNeighboursOfDpo(String loss, String one, String other)
      throws IOException {
    Outcome outcome =
        run(
            "dpo",
            "--loss",
            loss,
            "--steps=6",
            "--eval-size=16",
            "--set=" + one,
            "--set=" + other,
            "--set=update.learningRate=3e-4",
            "--set=evaluation.every=6");

    assertThat(outcome.code()).as(outcome.errors()).isZero();
    List<JsonNode> rows = metrics();
    assertThat(rows.get(0).path("eval/margin").asDouble() == 0).isEqualTo(loss.equals("kto"));
    assertThat(rows.get(6).path("eval/margin").asDouble())
        .isGreaterThan(rows.get(0).path("eval/margin").asDouble());
  }

  /** What two equal runs have in common: rows without times. */
  private static List<String> untimed(Path run) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      row.remove("time/total");
      rows.add(row.toString());
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"dpo, --steps=6", "reward-model, --epochs=6"})
  void aYamlFileIsARunThatGoesOnFromItsCheckpoint(String command, String length)
      throws IOException {
    Path config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        """
        model: %s
        data: %s
        evaluation: {size: 16, every: 2}
        checkpoint: {every: 2, keep: 3}
        """
            .formatted(model, pairs));
    Path straight = folder.resolve("straight");
    Path resumed = folder.resolve("resumed");
    for (Path out : List.of(straight, resumed)) {
      Outcome outcome =
          execute(List.of(command, config.toString(), length, "--out", out.toString()));
      assertThat(outcome.code()).as(outcome.errors()).isZero();
    }
    // as if the process had been killed in the fifth step
    MoreFiles.deleteRecursively(
        resumed.resolve("checkpoints/step-6"), RecursiveDeleteOption.ALLOW_INSECURE);
    MoreFiles.deleteRecursively(resumed.resolve("policy"), RecursiveDeleteOption.ALLOW_INSECURE);
    ObjectNode state = (ObjectNode) JSON.readTree(resumed.resolve("run.json").toFile());
    JSON.writeValue(resumed.resolve("run.json").toFile(), state.put("status", "running"));
    Outcome outcome = execute(List.of(command, "--resume", "--out", resumed.toString()));

    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.errors()).contains("going on after step 4");
    assertThat(outcome.results()).contains("area under ROC");
    assertThat(untimed(resumed)).hasSize(7).isEqualTo(untimed(straight));
    for (String file : List.of("policy/model.safetensors", "evaluation.json")) {
      assertThat(resumed.resolve(file)).hasSameBinaryContentAs(straight.resolve(file));
    }
    assertThat(JSON.readTree(resumed.resolve("run.json").toFile()).path("kind").asText())
        .isEqualTo(command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpo", "reward-model"})
  void aDryRunTellsPairsAndStepsAndMakesNothing(String command) {
    Outcome outcome = run(command, "--dry-run", "--eval-size=16");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.errors()).contains(" pairs to train on, 16 held out;", "a forward pass");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private void assertUsageError(Outcome outcome, String message) {
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.errors()).contains(message).doesNotContain("\tat ");
    assertThat(outcome.errors().lines()).hasSize(1);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void optionsOfAnotherKindOfTrainingAreRefused() {
    assertUsageError(run("reward-model", "--steps", "5"), "steps is 5: that is for head full");
    assertUsageError(
        run("reward-model", "--set", "update.learningRate=1"),
        "update.learningRate is 1.0: that is for head full");
    assertUsageError(
        run("reward-model", "--head", "full", "--epochs", "5"),
        "frozen.epochs is 5: that is for head frozen");
    assertUsageError(
        run("dpo", "--loss", "ipo", "--label-smoothing", "0.2"),
        "labelSmoothing is for loss cdpo: ipo takes every label as right");
    assertUsageError(
        run("dpo", "--loss", "cdpo", "--label-smoothing", "0"),
        "labelSmoothing is 0.0: it must be in (0, 0.5)");
  }

  @Test
  void valuesOutsideTheirRangeAreRefused() {
    assertUsageError(run("dpo", "--beta", "0"), "beta is 0.0: it must be above 0");
    assertUsageError(run("dpo", "--eval-size", "-1"), "evaluation.size is -1");
    assertUsageError(
        run("reward-model", "--eval-size", "0"), "evaluation.size is 0: a reward model's");
    assertUsageError(run("reward-model", "--centring", "-1"), "centring is -1.0");
    assertUsageError(
        run("dpo", "--set", "update.learningRat=1"), "did you mean update.learningRate");
    assertUsageError(
        run("dpo", "--eval-size", "80"),
        "80 of the 80 pairs have at most 128 tokens and 80 are to be held out");
    assertUsageError(execute(List.of("dpo", "--data", pairs.toString())), "model is missing");
    assertUsageError(
        execute(List.of("reward-model", "--model", model.toString())), "data is missing");
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
