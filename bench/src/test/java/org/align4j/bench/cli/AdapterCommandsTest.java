package org.align4j.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --lora}, {@code --train} and {@code merge} on the embedded policy. */
final class AdapterCommandsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LORA = "rank=4,alpha=8,targets=attention";

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static Path model;
  private static Path prompts;
  private static Path pairs;
  private static Path examples;

  /** What a command printed. */
  private record Outcome(int code, String results, String errors) {}

  @BeforeAll
  static void writeModelAndData() throws IOException {
    model = shared.resolve("model");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      policy.save(model);
    }
    prompts =
        Files.writeString(
            shared.resolve("prompts.jsonl"),
            """
            {"prompt": "one, add 1:", "answer": "2"}
            {"prompt": "two, add 3:", "answer": "5"}
            """);
    StringBuilder lines = new StringBuilder();
    StringBuilder responses = new StringBuilder();
    for (int i = 0; i < 24; i++) {
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"prompt\": \"%d, add 1:\", \"chosen\": \"#### %d\", \"rejected\": \"####\"}%n",
              i,
              i + 1));
      responses.append(
          String.format(
              Locale.ROOT, "{\"prompt\": \"%d, add 1:\", \"response\": \"#### %d\"}%n", i, i + 1));
    }
    pairs = Files.writeString(shared.resolve("pairs.jsonl"), lines);
    examples = Files.writeString(shared.resolve("examples.jsonl"), responses);
  }

  private static Outcome execute(List<String> arguments) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(errors, true, UTF_8));
    try {
      int code = Main.run(new PrintStream(results, true, UTF_8), arguments);
      return new Outcome(code, results.toString(UTF_8), errors.toString(UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private List<String> train(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "--model", model.toString(), "--prompts", prompts.toString()));
    arguments.addAll(List.of("--out", out.toString()));
    for (String field :
        List.of(
            "rollout.prompts=2",
            "rollout.samples=2",
            "rollout.maxNewTokens=6",
            "update.samples=4",
            "update.learningRate=0.01",
            "evaluation.size=0")) {
      arguments.addAll(List.of("--set", field));
    }
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static void assertDone(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.errors()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reinforce++", "ppo", "grpo"})
  void anRlRunTrainsAnAdapterOnlyAndSavesPeftsFolder(String algorithm) throws IOException {
    Path out = folder.resolve("run");
    assertDone(execute(train(out, "--algorithm", algorithm, "--updates", "2", "--lora", LORA)));
    assertThat(out.resolve("policy/config.json")).doesNotExist();
    JsonNode config = JSON.readTree(out.resolve("policy/adapter_config.json").toFile());
    assertThat(config.path("r").asInt()).isEqualTo(4);
    assertThat(config.path("base_model_name_or_path").asText()).isEqualTo(model.toString());
    // The whole model has 4 MB; what is saved are A and B of the attention alone.
    assertThat(Files.size(out.resolve("policy/adapter_model.safetensors"))).isLessThan(200_000L);
  }

  @Test
  void aRunThatStopsAndResumesEndsWithTheBitsOfOneThatDoesNot() throws IOException {
    Path whole = folder.resolve("whole");
    Path halves = folder.resolve("halves");
    assertDone(execute(train(whole, "--updates", "3", "--lora", LORA)));
    assertDone(execute(train(halves, "--updates", "2", "--lora", LORA, "--checkpoint-every", "1")));
    assertDone(execute(List.of("train", "--resume", "--out", halves.toString(), "--updates", "3")));
    String weights = "policy/adapter_model.safetensors";
    assertThat(Files.readAllBytes(halves.resolve(weights)))
        .isEqualTo(Files.readAllBytes(whole.resolve(weights)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored", "float32"})
  void aDryRunOfGenerateTellsMemoryAndNothingElse(String weights) {
    Outcome outcome =
        execute(
            List.of(
                "generate",
                "--model",
                model.toString(),
                "--prompt",
                "1+2=",
                "--weights",
                weights,
                "--dry-run"));
    assertDone(outcome);
    assertThat(outcome.results()).isEmpty();
    assertThat(outcome.errors()).contains("memory: ", "0.00 gradients, 0.00 moments");
  }

  @Test
  void aDryRunOfEvaluateTellsMemoryAndNothingElse() {
    Outcome outcome =
        execute(
            List.of(
                "evaluate",
                "--model",
                model.toString(),
                "--prompts",
                prompts.toString(),
                "--dry-run"));
    assertDone(outcome);
    assertThat(outcome.results()).isEmpty();
    assertThat(outcome.errors()).contains("memory: ");
  }

  @Test
  void anAdapterIsMergedGeneratedFromAndTrainedOn() {
    Path out = folder.resolve("run");
    Path merged = folder.resolve("merged");
    assertDone(execute(train(out, "--updates", "2", "--lora", LORA)));
    Path adapter = out.resolve("policy");
    assertDone(
        execute(List.of("merge", "--adapter", adapter.toString(), "--out", merged.toString())));
    String[] texts = new String[2];
    for (int i = 0; i < 2; i++) {
      Outcome outcome =
          execute(
              List.of(
                  "generate",
                  "--model",
                  (i == 0 ? adapter : merged).toString(),
                  "--prompt",
                  "one, add 1:",
                  "--temperature",
                  "0",
                  "--max-new-tokens",
                  "8"));
      assertDone(outcome);
      texts[i] = outcome.results();
    }
    assertThat(texts[0]).isEqualTo(texts[1]);
    List<String> again = train(folder.resolve("again"), "--updates", "1");
    again.set(again.indexOf(model.toString()), adapter.toString());
    assertDone(execute(again));
    assertThat(folder.resolve("again/policy/adapter_config.json")).exists();
  }

  @Test
  void supervisedAndPairwiseRunsTrainAdaptersToo() throws IOException {
    Path sft = folder.resolve("sft");
    assertDone(
        execute(
            List.of(
                "sft",
                "--model",
                model.toString(),
                "--data",
                examples.toString(),
                "--out",
                sft.toString(),
                "--steps",
                "2",
                "--eval-size",
                "0",
                "--lora",
                LORA)));
    assertThat(sft.resolve("policy/adapter_config.json")).exists();
    Path dpo = folder.resolve("dpo");
    assertDone(
        execute(
            List.of(
                "dpo",
                "--model",
                model.toString(),
                "--data",
                pairs.toString(),
                "--out",
                dpo.toString(),
                "--steps",
                "2",
                "--eval-size",
                "4",
                "--lora",
                LORA)));
    assertThat(dpo.resolve("policy/adapter_config.json")).exists();
    Path reward = folder.resolve("reward");
    assertDone(
        execute(
            List.of(
                "reward-model",
                "--head",
                "full",
                "--model",
                model.toString(),
                "--data",
                pairs.toString(),
                "--out",
                reward.toString(),
                "--steps",
                "2",
                "--eval-size",
                "4",
                "--lora",
                LORA)));
    try (RewardModel read = RewardModel.load(reward.resolve("policy"), Engine.PLAN)) {
      assertThat(read.network().parameters().names()).contains("score.weight");
    }
  }

  @Test
  void someLayersAreTrainedAndTheOthersStayAsTheyWere() {
    Path out = folder.resolve("run");
    assertDone(execute(train(out, "--updates", "2", "--train", "layers=1,norms")));
    try (Checkpoint before = Checkpoint.load(model);
        Checkpoint after = Checkpoint.load(out.resolve("policy"))) {
      for (String name : before.parameters().names()) {
        boolean same = before.parameters().get(name).equals(after.parameters().get(name));
        assertThat(same).as(name).isEqualTo(!name.contains(".layers.1.") && !name.contains("norm"));
      }
    }
  }

  @Test
  void weightsAsStoredGenerateTheSameText() {
    List<String> texts = new ArrayList<>();
    for (String weights : List.of("stored", "float32")) {
      Outcome outcome =
          execute(
              List.of(
                  "generate",
                  "--model",
                  model.toString(),
                  "--prompt",
                  "one, add 1:",
                  "--weights",
                  weights,
                  "--temperature",
                  "1",
                  "--seed",
                  "3",
                  "--max-new-tokens",
                  "8"));
      assertDone(outcome);
      texts.add(outcome.results());
    }
    assertThat(texts.get(0)).isNotBlank().isEqualTo(texts.get(1));
    Outcome refused =
        execute(
            List.of("generate", "--model", model.toString(), "--prompt", "1", "--weights", "bf16"));
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.errors()).contains("--weights bf16: it is stored or float32");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lora rank=0|rank is 0",
        "--lora rank=4,targets=qproj|qproj",
        "--lora rank=4 --train norms|give one of them",
        "--train layers=7|the model has layers 0 to"
      })
  void badTuningIsRefusedInOneSentence(String options, String message) {
    List<String> arguments = train(folder.resolve("run"), "--updates", "1");
    arguments.addAll(List.of(options.split(" ")));
    Outcome outcome = execute(arguments);
    assertThat(outcome.code()).as(outcome.errors()).isEqualTo(2);
    assertThat(outcome.errors()).contains(message).doesNotContain("\tat ");
  }
}
