package org.align4j.algorithms.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs from Java, in a folder, with files. */
class TrainingRunsTest {

  @TempDir Path folder;
  private Path out;

  @BeforeEach
  void writeModelAndPrompts() throws IOException {
    out = folder.resolve("run");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      policy.save(folder.resolve("model"));
    }
    Files.writeString(folder.resolve("train.jsonl"), "{\"prompt\": \"7, add 9:\"}\n".repeat(8));
    Files.writeString(folder.resolve("test.jsonl"), "{\"prompt\": \"2, add 5:\"}\n".repeat(2));
  }

  /** Trains with these fields; the steps that were done. */
  private List<Long> train(String... fields) {
    Map<String, String> values =
        new HashMap<>(
            Map.of(
                "model", folder.resolve("model").toString(),
                "prompts", folder.resolve("train.jsonl").toString(),
                "rollout.prompts", "2",
                "rollout.samples", "2",
                "rollout.maxNewTokens", "4",
                "update.samples", "4",
                "evaluation.prompts", folder.resolve("test.jsonl").toString()));
    for (String field : fields) {
      String[] parts = field.split("=", 2);
      values.put(parts[0], parts[1]);
    }
    List<Long> steps = new ArrayList<>();
    TrainingRun.Outcome outcome =
        TrainingRuns.train(
            TrainConfig.of(values),
            Reward.of("length", (prompt, response) -> response.length()),
            out,
            (step, row) -> steps.add(step));
    assertThat(outcome).isEqualTo(TrainingRun.Outcome.DONE);
    return steps;
  }

  private JsonNode description() throws IOException {
    return JsonFiles.mapper().readTree(out.resolve("run.json").toFile());
  }

  @Test
  void aRunThatIsDoneCanBeMadeLonger() throws IOException {
    assertThat(train("updates=2")).containsExactly(1L, 2L);
    assertThat(train("updates=3")).containsExactly(3L);
    assertThat(description().path("updates").asInt()).isEqualTo(3);
    assertThat(description().path("settings").path("updates").asInt()).isEqualTo(3);
  }

  @Test
  void otherSettingsAreAnotherRun() throws IOException {
    var _ = train("updates=1");
    JsonNode before = description();
    assertThatThrownBy(() -> train("updates=1", "update.learningRate=1e-3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("update.learningRate was 1.0E-5 when the run in " + out)
        .hasMessageEndingWith("or begin a new run");
    assertThat(description()).isEqualTo(before);
  }

  @Test
  void otherHeldOutPromptsAreAnotherRun() throws IOException {
    var _ = train("updates=1");
    assertThat(description().path("data").findValuesAsText("path"))
        .containsExactly(
            folder.resolve("train.jsonl").toString(), folder.resolve("test.jsonl").toString());
    Files.writeString(folder.resolve("test.jsonl"), "{\"prompt\": \"2, add 6:\"}\n".repeat(2));
    assertThatThrownBy(() -> train("updates=1"))
        .hasMessageContaining("the data of the run in " + out + " changed since it began");
  }
}
