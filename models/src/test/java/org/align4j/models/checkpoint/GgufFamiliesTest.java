package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.runtime.Resources;
import org.align4j.models.adapter.Adapter;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.adapter.PeftFolder;
import org.align4j.models.family.Llama;
import org.align4j.models.policy.Policy;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GGUF files of every family that has them, made of the checkpoints of the parity cases. */
final class GgufFamiliesTest {

  private static final Path CASES = Path.of("src/test/resources/parity");
  private static final TokenBatch BATCH =
      new TokenBatch(
          new int[] {3, 17, 5, 11, 8, 12, 2, 18, 9, 4},
          SequenceLayout.single(10),
          new int[] {4, 6, 8},
          new int[] {12, 18, 4},
          1f);

  @TempDir private Path folder;

  private Path gguf(String name) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.load(CASES.resolve(name))) {
      return Files.write(folder.resolve("model.gguf"), GgufOfModel.of(checkpoint));
    }
  }

  /** The cases whose settings GGUF's metadata can say. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-yarn",
        "mistral",
        "mistral-window",
        "phi3",
        "phi3-window",
        "phi4-mini",
        "qwen2",
        "qwen3",
        "qwen3-yarn",
        "smollm3"
      })
  void aFileHasTheConfigurationAndTheWeightsOfItsFolder(String name) throws IOException {
    try (Checkpoint expected = Checkpoint.load(CASES.resolve(name));
        Checkpoint model = Checkpoint.load(gguf(name))) {
      assertThat(model.config())
          .usingRecursiveComparison()
          .ignoringFields("family", "normEpsilon") // which is rounded to float32
          .isEqualTo(expected.config());
      // files of a Mistral without a window say that they are a Llama's
      assertThat(model.config().family())
          .isEqualTo(name.equals("mistral") ? new Llama() : expected.config().family());
      for (String parameter : expected.parameters().names()) {
        assertThat(model.parameters().get(parameter).data().asFloat())
            .as(parameter)
            .isEqualTo(expected.parameters().get(parameter).data().asFloat());
      }
    }
  }

  /** One update of an adapter on the weights as the file stores them, saved and read back. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gemma3",
        "gpt2",
        "llama-yarn",
        "mistral-window",
        "phi3-window",
        "phi4-mini",
        "qwen2",
        "qwen3",
        "smollm3"
      })
  void anAdapterLearnsOnTheFile(String name) throws IOException {
    Path file = gguf(name);
    try (Policy policy =
        Policy.adapted(
            StoredCheckpoint.open(file),
            LoraSettings.parse("rank=2"),
            5,
            file.toString(),
            Engine.PLAN,
            Resources.shared())) {
      float[] before = policy.network().forward(BATCH).outputs().clone();
      policy.network().backward(new float[] {-1, -1, -1}, null);
      try (Optimiser optimiser =
          policy.network().optimiser(new AdamWSettings(0.01, 0.9, 0.999, 1e-8, 0, 1), List.of())) {
        optimiser.update(0.01);
      }
      float[] after = policy.network().score(BATCH).outputs();
      assertThat(after[0] + after[1] + after[2]).isGreaterThan(before[0] + before[1] + before[2]);
      Path saved = folder.resolve("adapter");
      policy.save(saved);
      try (Policy again = Policy.load(saved, Engine.PLAN)) {
        assertThat(again.network().score(BATCH).outputs()).isEqualTo(after);
      }
      try (Adapter read =
          PeftFolder.load(saved, new Transformer(policy.config(), ModelHead.LANGUAGE))) {
        assertThat(read.modules()).isEqualTo(policy.adapter().orElseThrow().modules());
      }
    }
  }
}
