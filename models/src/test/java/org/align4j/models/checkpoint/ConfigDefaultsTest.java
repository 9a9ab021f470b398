package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.family.Gemma3;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys that are absent or null. Expected values: {@code AutoConfig.from_pretrained} of transformers
 * 5.24 on the same {@code config.json}.
 */
final class ConfigDefaultsTest {

  private static TransformerConfig read(String json) throws IOException {
    return ConfigJson.parse(Path.of("config.json"), JsonFiles.mapper().readTree(json));
  }

  @ParameterizedTest
  @CsvSource({
    "llama, 32000, 4096, 11008, 32, 32, 32, 128, 2048, 1e-6, false, 1",
    "qwen2, 151936, 4096, 22016, 32, 32, 32, 128, 32768, 1e-6, false, -1",
    "qwen3, 151936, 4096, 22016, 32, 32, 32, 128, 32768, 1e-6, false, -1",
    "gpt2, 50257, 768, 3072, 12, 12, 12, 64, 1024, 1e-5, true, 50256"
  })
  void absentKeysHaveTheDefaultsOfTheClass(
      String type,
      int vocabulary,
      int hidden,
      int intermediate,
      int layers,
      int heads,
      int keys,
      int headDim,
      int positions,
      double epsilon,
      boolean tied,
      int bos)
      throws IOException {
    TransformerConfig config = read("{\"model_type\":\"%s\"}".formatted(type));
    assertThat(config.vocabSize()).isEqualTo(vocabulary);
    assertThat(config.hiddenSize()).isEqualTo(hidden);
    assertThat(config.intermediateSize()).isEqualTo(intermediate);
    assertThat(config.layers()).isEqualTo(layers);
    assertThat(config.heads()).isEqualTo(heads);
    assertThat(config.keyValueHeads()).isEqualTo(keys);
    assertThat(config.headDim()).isEqualTo(headDim);
    assertThat(config.maxPositions()).isEqualTo(positions);
    assertThat(config.normEpsilon()).isEqualTo(epsilon);
    assertThat(config.rope()).isEqualTo(Rope.DEFAULT);
    assertThat(config.tieWordEmbeddings()).isEqualTo(tied);
    assertThat(config.bosTokenId().orElse(-1)).isEqualTo(bos);
  }

  @Test
  void aMistralWithoutAWindowHasOneOf4096() {
    assertThatThrownBy(() -> read("{\"model_type\":\"mistral\"}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(
            "uses a sliding window of 4096 positions (the default where sliding_window is absent)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"sliding_window\":null", "\"max_position_embeddings\":4096"})
  void aMistralWithoutAWindowThatMattersIsRead(String key) throws IOException {
    TransformerConfig config = read("{\"model_type\":\"mistral\"," + key + "}");
    assertThat(config.keyValueHeads()).isEqualTo(8);
    assertThat(config.intermediateSize()).isEqualTo(14336);
  }

  @ParameterizedTest
  @CsvSource({"llama, 128", "qwen2, 128", "qwen3, 128"})
  void nullKeyValueHeadsAreAsManyAsHeads(String type, int headDim) throws IOException {
    TransformerConfig config =
        read(
            "{\"model_type\":\"%s\",\"num_attention_heads\":4,\"hidden_size\":512,\"num_key_value_heads\":null}"
                .formatted(type));
    assertThat(config.keyValueHeads()).isEqualTo(4);
    assertThat(config.headDim()).isEqualTo(headDim);
  }

  @Test
  void aNullHeadSizeIsTheShareOfAHead() throws IOException {
    assertThat(
            read("{\"model_type\":\"llama\",\"num_attention_heads\":4,\"hidden_size\":64,\"head_dim\":null}")
                .headDim())
        .isEqualTo(16);
  }

  /** transformers: "Field 'rms_norm_eps' expected float, got NoneType". */
  @ParameterizedTest
  @ValueSource(
      strings = {"rms_norm_eps", "max_position_embeddings", "hidden_size", "tie_word_embeddings"})
  void nullIsRefusedWhereTheClassRefusesIt(String key) {
    assertThatThrownBy(() -> read("{\"model_type\":\"llama\",\"%s\":null}".formatted(key)))
        .hasMessageContaining(key + " is null");
  }

  /** Qwen's layers before {@code max_window_layers} attend to everything. */
  @Test
  void aWindowThatNoLayerUsesIsHarmless() throws IOException {
    String json =
        "{\"model_type\":\"qwen2\",\"num_hidden_layers\":4,\"use_sliding_window\":true,\"max_window_layers\":%d}";
    assertThat(read(json.formatted(4)).layers()).isEqualTo(4);
    assertThatThrownBy(() -> read(json.formatted(3))).hasMessageContaining("window of 4096");
  }

  /**
   * transformers takes the long factors for the whole of a sequence beyond the original context.
   */
  @Test
  void positionsThatWouldNeedTheLongFactorsAreRefused() {
    assertThatThrownBy(() ->
            read(
                "{\"model_type\":\"llama\",\"max_position_embeddings\":64,\"rope_parameters\":"
                    + "{\"rope_type\":\"longrope\",\"original_max_position_embeddings\":16,"
                    + "\"short_factor\":[1],\"long_factor\":[2]}}"))
        .hasMessage(
            "config.json: maxPositions is 64: rotary scaling with LongRoPE's short factors is right"
                + " for 16");
  }

  /** Of every six layers the last is global; rotary bases are 1,000,000 and, of others, 10,000. */
  @Test
  void aGemmaWithoutKeysHasTheDefaultsOfItsClass() throws IOException {
    TransformerConfig config = read("{\"model_type\":\"gemma3_text\"}");
    assertThat(config.vocabSize()).isEqualTo(262_208);
    assertThat(config.hiddenSize()).isEqualTo(2304);
    assertThat(config.layers()).isEqualTo(26);
    assertThat(config.headDim()).isEqualTo(256);
    assertThat(config.rope()).isEqualTo(new Rope(1e6, new Rope.Unscaled()));
    assertThat(config.family()).isEqualTo(new Gemma3());
    assertThat(((Gemma3) config.family()).isLocal(4)).isTrue();
    assertThat(((Gemma3) config.family()).isLocal(5)).isFalse();
  }

  /** {@code config.json} of transformers 4: bases outside, the pattern as a period. */
  @Test
  void anOlderGemmaHasItsBasesAndItsPatternUnderOtherKeys() throws IOException {
    TransformerConfig config =
        read(
            "{\"model_type\":\"gemma3_text\",\"num_hidden_layers\":3,\"sliding_window_pattern\":2,"
                + "\"rope_theta\":5e5,\"rope_local_base_freq\":2e4,\"sliding_window\":64,"
                + "\"query_pre_attn_scalar\":168,"
                + "\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":8.0}}");
    assertThat(config.rope()).isEqualTo(new Rope(5e5, new Rope.Linear(8)));
    assertThat(config.family())
        .isEqualTo(
            new Gemma3(
                168, 64, ImmutableList.of(true, false, true), new Rope(2e4, new Rope.Unscaled())));
  }

  @ParameterizedTest
  @CsvSource({
    "final_logit_softcapping, 30.0, sets final_logit_softcapping",
    "attn_logit_softcapping, 50.0, sets attn_logit_softcapping",
    "use_bidirectional_attention, true, has use_bidirectional_attention",
    "hidden_activation, '\"silu\"', has another hidden_activation",
    "sliding_window, 0, sliding_window is 0",
    "layer_types, '[\"full_attention\"]', layer_types has 1 layers",
    "layer_types, '[\"chunked_attention\"]', has a layer_types with",
    "rope_parameters, '{\"rope_type\":\"default\"}', has rope_parameters for all layers"
  })
  void whatOfAGemmaIsNotBuiltIsRefused(String key, String value, String message) {
    assertThatThrownBy(
            () -> read("{\"model_type\":\"gemma3_text\",\"%s\":%s}".formatted(key, value)))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(message);
  }
}
