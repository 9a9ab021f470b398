package org.align4j.models.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.runtime.Resources;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights held as their files store them, against the same weights widened to float32. */
class StoredPolicyTest {

  private static final Path SHARED = Path.of(System.getProperty("align4j.shared", "../shared"));

  /** Small folders in float32, and the real GGUF (Q4_1) where it is present. */
  static Stream<Path> models() {
    return Stream.of(
            Path.of("src/test/resources/adapter/llama-attention/base"),
            Path.of("src/test/resources/adapter/gpt2-all/base"),
            SHARED.resolve("models/SmolLM2-135M-Instruct.Q4_1.gguf"))
        .filter(Files::exists);
  }

  private static TokenBatch batch() {
    int[] tokens = {3, 17, 5, 40, 8, 21, 33, 2, 19, 11};
    int[] rows = new int[tokens.length - 1];
    int[] labels = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
      labels[i] = tokens[i + 1];
    }
    return new TokenBatch(tokens, SequenceLayout.single(tokens.length), rows, labels, 1f);
  }

  @ParameterizedTest
  @MethodSource("models")
  void logProbsHaveTheBitsOfTheWidenedWeights(Path model) {
    try (Policy widened = Policy.load(model, Engine.PLAN);
        Policy stored =
            Policy.frozen(StoredCheckpoint.open(model), Engine.PLAN, Resources.shared())) {
      assertThat(stored.network().score(batch()).outputs())
          .isEqualTo(widened.network().score(batch()).outputs());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientsOfAnAdapterHaveThemToo(Path model) {
    LoraSettings settings = LoraSettings.parse("rank=2");
    float[] coefficients = {1, -1, 0.5f, 2, 0, -0.25f, 1, 1, -3};
    try (Policy widened = Policy.load(model, Engine.PLAN).withAdapter(settings, 5, "base");
        Policy stored =
            Policy.adapted(
                StoredCheckpoint.open(model),
                settings,
                5,
                "base",
                Engine.PLAN,
                Resources.shared())) {
      for (Policy policy : new Policy[] {widened, stored}) {
        policy.network().forward(batch());
        policy.network().backward(coefficients, null);
      }
      assertThat(stored.network().gradients().flat().toFloatVector())
          .isEqualTo(widened.network().gradients().flat().toFloatVector());
    }
  }
}
