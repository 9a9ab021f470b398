package org.align4j.algorithms.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The pretrained policy as the teacher, and as a student whose weights were shaken. */
class DistillationRunTest {

  /** Of weights whose own deviation is some 0.1. */
  private static final double NOISE = 0.03;

  @TempDir Path folder;

  @BeforeEach
  void writeModelsAndPrompts() throws Exception {
    try (Policy teacher = ArithmeticModel.pretrained(Engine.PLAN)) {
      teacher.save(folder.resolve("teacher"));
    }
    try (Policy student = ArithmeticModel.pretrained(Engine.PLAN)) {
      Random random = new Random(3);
      for (String name : student.parameters().names()) {
        INDArray array = student.parameters().get(name);
        for (long i = 0; i < array.length(); i++) {
          float value = array.data().getFloat(i);
          array.data().put(i, value + (float) (NOISE * random.nextGaussian()));
        }
      }
      student.save(folder.resolve("student"));
    }
    Files.writeString(
        folder.resolve("train.jsonl"),
        "{\"prompt\": \"7, add 9:\", \"answer\": \"16\"}\n{\"prompt\": \"2, add 5:\", \"answer\": \"7\"}\n"
            .repeat(8));
  }

  private TrainConfig config(String divergence) {
    Map<String, String> values = new HashMap<>();
    values.put("model", folder.resolve("student").toString());
    values.put("teacher", folder.resolve("teacher").toString());
    values.put("prompts", folder.resolve("train.jsonl").toString());
    values.put("algorithm", "distillation");
    values.put("distillation.divergence", divergence);
    values.put("rollout.prompts", "8");
    values.put("rollout.maxNewTokens", "8");
    values.put("update.samples", "32");
    values.put("update.learningRate", "2e-4");
    values.put("updates", "12");
    values.put("evaluation.size", "0");
    return TrainConfig.of(values);
  }

  private RlRun open(TrainConfig config) {
    return new RlRun(
        config,
        PolicyFiles.load(config.input(), config.training().seed(), Engine.PLAN),
        TrainData.open(config.input(), config.run().evaluation(), true),
        Rewards.named("math"),
        TrainingListener.NONE);
  }

  /** The KL to the teacher is that of what was sampled: noisy, so three steps are averaged. */
  @ParameterizedTest
  @ValueSource(strings = {"sampled", "0", "0.5", "1"})
  void theStudentComesNearerToItsTeacher(String divergence) {
    try (RlRun run = open(config(divergence))) {
      List<Double> kl = new ArrayList<>();
      while (run.updates() < run.planned()) {
        Map<String, Double> metrics = run.step().metrics();
        kl.add(metrics.get("train/kl"));
        assertThat(metrics.get("train/policy_loss")).isFinite();
      }
      double last = (kl.get(9) + kl.get(10) + kl.get(11)) / 3;
      assertThat(last).as(kl.toString()).isLessThan(kl.get(0) / 2);
    }
  }

  @Test
  void theDivergenceOfTheFirstStepIsNearTheSampledKl() {
    try (RlRun run = open(config("1"))) {
      Map<String, Double> metrics = run.step().metrics();
      // 256 sampled tokens of some 3 nats and a deviation of 3: three standard errors
      assertThat(metrics.get("train/policy_loss"))
          .isCloseTo(metrics.get("train/kl"), org.assertj.core.api.Assertions.within(0.6));
    }
  }

  @Test
  void aTeacherAndItsAlgorithmComeTogether() {
    Map<String, String> values = new HashMap<>(Map.of("algorithm", "distillation"));
    assertThatThrownBy(() -> TrainConfig.of(values))
        .hasMessage("algorithm distillation needs teacher, the model to learn from");
    assertThatThrownBy(() -> TrainConfig.of(Map.of("teacher", "x")))
        .hasMessageStartingWith("teacher is x: algorithm reinforce++ has none");
  }
}
