package org.align4j.algorithms.run.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.align4j.algorithms.run.BatchPlan;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.field.Fields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainConfigTest {

  @TempDir Path folder;

  private Map<String, String> read(String yaml) throws IOException {
    Path file = folder.resolve("config.yaml");
    Files.writeString(file, yaml);
    return ConfigFile.read(file, TrainConfig.embedded().parts());
  }

  @Test
  void aFileSetsWhatItNamesAndLeavesTheRest() throws IOException {
    TrainConfig config =
        TrainConfig.of(
            read(
                """
                model: a/b
                prompts: c.jsonl
                algorithm: grpo
                updates: 7
                update: {learningRate: 1e-6, samples: 8}
                kl:
                  coefficient: 0.02
                checkpoint:
                  every: 5
                evaluation: {size: 0}
                """));
    assertThat(config.input().model()).hasValue("a/b");
    assertThat(config.input().updates()).hasValue(7);
    assertThat(config.training())
        .isEqualTo(
            RlSettings.smallModel()
                .withAlgorithm("grpo")
                .withUpdate(u -> u.withLearningRate(1e-6).withSamples(8))
                .withKl(k -> k.withCoefficient(0.02)));
    assertThat(config.run().checkpoint().every()).isEqualTo(5);
    assertThat(config.run().evaluation().isOn()).isFalse();
  }

  /** As many samples as the others take; what the user says stands. */
  @Test
  void flashReinforceTakesOneSampleOfEachPrompt() {
    assertThat(TrainConfig.of(Map.of("algorithm", "flash-reinforce")).training())
        .isEqualTo(
            RlSettings.arithmetic()
                .withAlgorithm("flash-reinforce")
                .withRollout(r -> r.withPrompts(128).withSamples(1)));
    assertThat(samples("rollout.prompts", "8")).containsExactly(8, 1);
    assertThat(samples("rollout.samples", "2")).containsExactly(32, 2);
    assertThat(TrainConfig.of(Map.of("algorithm", "grpo")).training().rollout())
        .isEqualTo(RlSettings.arithmetic().rollout());
  }

  private static List<Integer> samples(String field, String value) {
    var rollout =
        TrainConfig.of(Map.of("algorithm", "flash-reinforce", field, value)).training().rollout();
    return List.of(rollout.prompts(), rollout.samples());
  }

  /** The paper's table 1 has β 0.01 for the general domain; what the file sets stands above it. */
  @Test
  void aPresetIsWhatTheRestOfTheFileStandsOn() throws IOException {
    TrainConfig config =
        TrainConfig.of(read("{preset: paper-general, update: {learningRate: 1e-6}}"));
    assertThat(config.training())
        .isEqualTo(
            RlSettings.paper()
                .withKl(kl -> kl.withCoefficient(0.01))
                .withUpdate(u -> u.withLearningRate(1e-6)));
    assertThat(config.input().preset()).hasValue("paper-general");
  }

  @Test
  void withoutAPresetTheSettingsAreThoseOfTheTask() throws IOException {
    assertThat(TrainConfig.of(read("preset: usual")).training()).isEqualTo(RlSettings.arithmetic());
  }

  @Test
  void anUnknownPresetIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> TrainConfig.of(Map.of("preset", "paper-maths")))
        .hasMessageContaining("unknown preset paper-maths; did you mean paper-math?");
  }

  @Test
  void theNumbersOfNewerObjectivesAreReachedFromAFile() throws IOException {
    RlSettings training =
        TrainConfig.of(
                read(
                    """
                    algorithm: sapo
                    objective: {positiveNll: 0.1}
                    surrogate:
                      sapoPositive: 1.5
                      sapoNegative: 2
                      dppoDivergence: 0.1
                      dppoCap: none
                      gmpoClip: 0.3
                      covShare: 0.001
                      covLow: 0.5
                      covHigh: 4
                      covPenalty: 2
                    entropy: {topShare: 0.2, target: 0.3, step: 0.01, highest: 0.5}
                    kl: {weighting: gradient}
                    """))
            .training();
    assertThat(training)
        .isEqualTo(
            RlSettings.arithmetic()
                .withAlgorithm("sapo")
                .withObjective(o -> o.withPositiveNll(0.1))
                .withSurrogate(s ->
                    s.withSapo(1.5, 2)
                        .withDppoDivergence(0.1)
                        .withDppoCap(Double.POSITIVE_INFINITY)
                        .withGmpoClip(0.3)
                        .withCovShare(0.001)
                        .withCovBounds(0.5, 4)
                        .withCovPenalty(2))
                .withEntropy(
                    e -> e.withTopShare(0.2).withTarget(0.3).withStep(0.01).withHighest(0.5))
                .withKl(k -> k.withWeighting(KlWeighting.GRADIENT)));
    assertThat(training.surrogate().options())
        .isEqualTo(
            new SurrogateOptions(
                1.5, 2, 0.1, 0.1, Double.POSITIVE_INFINITY, 0.3, 0.3, 0.001, 0.5, 4, 2));
  }

  @Test
  void anUnknownFieldIsRefusedWithTheNearest() throws IOException {
    Map<String, String> values = read("update: {learningrate: 1}");
    assertThatThrownBy(() -> TrainConfig.of(values))
        .hasMessageContaining("update.learningrate")
        .hasMessageContaining("update.learningRate");
  }

  @Test
  void whatIsNotYamlIsRefusedWithItsLine() {
    assertThatThrownBy(() -> read("a: 1\nb: [1, 2\n")).hasMessageContaining("config.yaml: line");
    assertThatThrownBy(() -> read("seed: 1\nseed: 2\n")).hasMessageContaining("line 2");
    assertThatThrownBy(() -> read("- a\n")).hasMessageContaining("must be a map");
    assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.yaml"), List.of()))
        .hasMessageContaining("no such file");
  }

  /** The template of {@code --init} says the defaults: read back, nothing changes. */
  @Test
  void theTemplateReadsBackAsTheDefaults() throws IOException {
    TrainConfig defaults = TrainConfig.embedded();
    String template = ConfigFile.template("bench/run train", defaults.parts());
    assertThat(TrainConfig.of(read(template))).isEqualTo(defaults);
    for (Record part : defaults.parts()) {
      for (Fields.Field field : Fields.all(part)) {
        assertThat(template)
            .contains(field.path().substring(field.path().lastIndexOf('.') + 1) + ": ");
      }
    }
  }

  @Test
  void aTreeOfAllFieldsReadsBackTheSame() {
    TrainConfig config =
        TrainConfig.of(Map.of("model", "m", "prompts", "p", "update.samples", "16"));
    assertThat(TrainConfig.fromTree(config.toTree())).isEqualTo(config);
    TrainConfig preset = TrainConfig.of(Map.of("preset", "paper-math", "update.epochs", "2"));
    assertThat(TrainConfig.fromTree(preset.toTree())).isEqualTo(preset);
  }

  @Test
  void modelAndPromptsComeTogether() {
    assertThatThrownBy(() -> TrainConfig.of(Map.of("model", "m")))
        .hasMessageContaining("model needs prompts");
    assertThatThrownBy(() -> TrainConfig.of(Map.of("prompts", "p")))
        .hasMessageContaining("prompts needs model");
  }

  @Test
  void miniBatchesDivideTheRolloutBatchOrTheNearestIsNamed() {
    RlSettings settings =
        RlSettings.paper()
            .withRollout(r -> r.withPrompts(6).withSamples(4))
            .withUpdate(u -> u.withSamples(11));
    assertThatThrownBy(() -> BatchPlan.of(settings, 3))
        .hasMessageContaining("24 samples")
        .hasMessageContaining("nearest that does is 12");
    BatchPlan plan = BatchPlan.of(settings.withUpdate(u -> u.withSamples(12)), 3);
    assertThat(plan.stepsPerUpdate()).isEqualTo(2);
    assertThat(plan.text()).contains("6 prompts × 4 samples = 24 samples", "6 optimiser steps");
  }

  /** An executor has a working folder of its own. */
  @Test
  void pathsBecomeAbsoluteAndTheRestStays() {
    TrainConfig config =
        TrainConfig.of(
            Map.of(
                "algorithm",
                "distillation",
                "model",
                "m.gguf",
                "prompts",
                "/p.jsonl",
                "teacher",
                "t"));
    TrainConfig absolute = config.withAbsolutePaths();
    String here = System.getProperty("user.dir");
    assertThat(absolute.input().model()).contains(here + "/m.gguf");
    assertThat(absolute.input().teacher()).contains(here + "/t");
    assertThat(absolute)
        .isEqualTo(
            config.with(
                Map.of("model", here + "/m.gguf", "teacher", here + "/t", "prompts", "/p.jsonl")));
    assertThat(TrainConfig.embedded().withAbsolutePaths()).isEqualTo(TrainConfig.embedded());
  }
}
