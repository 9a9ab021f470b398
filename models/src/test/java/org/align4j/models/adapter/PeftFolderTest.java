package org.align4j.models.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.file.BadFileException;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters against peft itself. */
class PeftFolderTest {

  /** Float32 of other orders of summation: a few units in the last place of numbers around 5. */
  private static final float ROUNDING = 2e-5f;

  @TempDir private Path temporary;

  static Stream<Arguments> cases() {
    return Stream.of(
            "llama-attention", "qwen2-all-rslora", "gpt2-all", "smollm3-all", "phi4-attention")
        .flatMap(name ->
            Stream.of(Engine.PLAN, Engine.SAMEDIFF).map(engine -> Arguments.of(name, engine)));
  }

  private static void assertClose(float[] actual, float[] expected, String of) {
    assertThat(actual).as(of).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("%s[%d]", of, i)
          .isCloseTo(expected[i], within(ROUNDING * Math.max(1, Math.abs(expected[i]))));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logProbsGradientsAndAStepAreThoseOfPeft(String name, Engine engine) {
    PeftCase peft = PeftCase.of(name);
    TokenBatch batch = peft.batch();
    float rate = (float) peft.expected().path("learningRate").asDouble();
    double decay = peft.expected().path("weightDecay").asDouble();
    AdamWSettings settings =
        new AdamWSettings(rate, 0.9, 0.999, 1e-8, decay, Double.POSITIVE_INFINITY);
    try (Policy policy = peft.policy(engine)) {
      Network network = policy.network();
      assertClose(network.score(batch).outputs(), peft.numbers("logProbs"), "log-probs");
      network.forward(batch);
      network.backward(peft.numbers("weights"), null);
      try (Optimiser optimiser = network.optimiser(settings, List.of())) {
        for (String parameter : network.parameters().names()) {
          assertClose(
              network.gradients().get(parameter).reshape(-1).toFloatVector(),
              peft.numbers("gradients", parameter),
              parameter);
        }
        optimiser.update(rate);
      }
      for (String parameter : network.parameters().names()) {
        // Adam divides by the gradient's size: where that is tiny, its rounding is not.
        float[] gradient = peft.numbers("gradients", parameter);
        float[] stepped = peft.numbers("stepped", parameter);
        float[] own = network.parameters().get(parameter).dup().reshape(-1).toFloatVector();
        for (int i = 0; i < own.length; i++) {
          double tolerance = Math.abs(gradient[i]) > 1e-3 ? 1e-4 : 2.1e-2;
          assertThat((double) own[i])
              .as("%s[%d]", parameter, i)
              .isCloseTo(stepped[i], within(tolerance));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrittenIsReadBackToTheBit(String name, Engine engine) {
    PeftCase peft = PeftCase.of(name);
    Path folder = temporary.resolve("adapter");
    try (Policy policy = peft.policy(engine)) {
      policy.save(folder);
      try (Adapter read = PeftFolder.load(folder, peft.network())) {
        Adapter own = policy.adapter().orElseThrow();
        assertThat(read.modules()).isEqualTo(own.modules());
        assertThat(read.settings().scale()).isEqualTo(own.settings().scale());
        for (String parameter : own.parameters().names()) {
          assertThat(read.parameters().get(parameter)).isEqualTo(own.parameters().get(parameter));
        }
      }
      assertThat(PeftFolder.base(folder)).isEqualTo(peft.base().toString());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aMergedModelComputesWhatTheAdaptedOneDoes(String name, Engine engine) {
    PeftCase peft = PeftCase.of(name);
    Checkpoint checkpoint = Checkpoint.load(peft.base());
    try (Adapter adapter = PeftFolder.load(peft.adapter(), peft.network())) {
      adapter.mergeInto(checkpoint.parameters());
    }
    try (Policy merged = Policy.of(checkpoint, engine)) {
      assertClose(
          merged.network().score(peft.batch()).outputs(), peft.numbers("logProbs"), "log-probs");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"peft_type\":\"IA3\"}",
        "{\"use_dora\":true}",
        "{\"bias\":\"all\"}",
        "{\"modules_to_save\":[\"lm_head\"]}",
        "{\"rank_pattern\":{\"q_proj\":2}}",
        "{\"init_lora_weights\":\"pissa_niter_4\"}",
        "{\"r\":5}",
        "{\"r\":0}"
      })
  void whatIsNotBuiltIsRefusedByName(String change) throws IOException {
    PeftCase peft = PeftCase.of("llama-attention");
    ObjectMapper mapper = new ObjectMapper();
    Path folder = Files.createDirectory(temporary.resolve("changed"));
    ObjectNode json =
        (ObjectNode) mapper.readTree(peft.adapter().resolve(PeftFolder.CONFIG).toFile());
    ObjectNode changes = (ObjectNode) mapper.readTree(change);
    json.setAll(changes);
    mapper.writeValue(folder.resolve(PeftFolder.CONFIG).toFile(), json);
    Files.copy(
        peft.adapter().resolve("adapter_model.safetensors"),
        folder.resolve("adapter_model.safetensors"));
    String field = changes.fieldNames().next();
    assertThatThrownBy(() -> PeftFolder.load(folder, peft.network()))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(field.equals("r") ? "r" : field);
  }

  @Test
  void anAdapterOfAnotherModelIsRefusedByTheTensorThatDoesNotFit() {
    PeftCase peft = PeftCase.of("llama-attention");
    PeftCase other = PeftCase.of("gpt2-all");
    assertThatThrownBy(() -> PeftFolder.load(peft.adapter(), other.network()))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight");
  }
}
