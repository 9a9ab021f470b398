package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.TransformerConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code config.json} of models that people use, as published, without their weights. */
final class PublishedSizesTest {

  private static final Path CONFIGS = Path.of("src/test/resources/configs");

  /**
   * Parameters: the number of elements of the published {@code model.safetensors}, as model pages
   * show them and {@code AutoModelForCausalLM.from_config} of transformers 5.24 counts them.
   */
  @ParameterizedTest
  @CsvSource({
    "Llama-3.2-1B, 1235814400, 131072",
    "Llama-3.2-3B, 3212749824, 131072",
    "Llama-3.1-8B, 8030261248, 131072",
    "Qwen2.5-0.5B-Instruct, 494032768, 32768",
    "Qwen2.5-1.5B-Instruct, 1543714304, 32768",
    "Qwen2.5-3B-Instruct, 3085938688, 32768",
    "Qwen2.5-7B-Instruct, 7615616512, 32768",
    "Qwen3-0.6B, 596049920, 40960",
    "Qwen3-1.7B, 1720574976, 40960",
    "Qwen3-4B, 4022468096, 40960",
    "gemma-3-270m, 268098176, 32768",
    "gemma-3-1b-it, 999885952, 32768",
    "gemma-3-4b-text, 3880263168, 131072",
    "Phi-3-mini-4k-instruct, 3821079552, 4096",
    "Phi-4-mini-instruct, 3836021760, 4096",
    "SmolLM3-3B, 3075098624, 65536",
    "Mistral-7B-v0.1, 7241732096, 32768",
    "Mistral-7B-v0.3, 7248023552, 32768"
  })
  void aPublishedConfigurationHasThePublishedParameters(
      String name, long parameters, int positions) {
    TransformerConfig config = ConfigJson.read(CONFIGS.resolve(name + ".json"));
    assertThat(config.maxPositions()).isEqualTo(positions);
    long elements =
        ParameterShapes.of(config, ModelHead.LANGUAGE).values().stream()
            .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
            .sum();
    assertThat(elements).isEqualTo(parameters);
  }
}
