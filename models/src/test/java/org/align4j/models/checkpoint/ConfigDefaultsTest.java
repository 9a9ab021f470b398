package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.family.Gemma3;
import org.align4j.models.family.Mistral;
import org.align4j.models.family.Qwen2;
import org.align4j.models.family.Qwen3;
import org.align4j.models.family.SmolLm3;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.LayerPattern;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;
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
  void aMistralWithoutTheKeyHasAWindowOf4096() throws IOException {
    assertThat(read("{\"model_type\":\"mistral\"}").family())
        .isEqualTo(new Mistral(Windows.ofAll(4096)));
    assertThat(read("{\"model_type\":\"mistral\",\"sliding_window\":null}").family())
        .isEqualTo(new Mistral());
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

  /**
   * Qwen's layers before {@code max_window_layers}, 28 where it is absent, attend to everything.
   */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3"})
  void qwensLaterLayersHaveTheWindow(String type) throws IOException {
    assertThat(windows(type, "\"max_window_layers\":3"))
        .isEqualTo(new Windows(4096, of(false, false, false, true)));
    assertThat(windows(type, "\"max_window_layers\":0,\"sliding_window\":9"))
        .isEqualTo(Windows.ofAll(9));
    assertThat(windows(type, "\"max_window_layers\":4")).isEqualTo(Windows.NONE);
    assertThat(windows(type, "\"use_cache\":true")).isEqualTo(Windows.NONE);
    assertThat(windows(type, "\"max_window_layers\":0,\"sliding_window\":null"))
        .isEqualTo(Windows.NONE);
    assertThat(
            windows(
                type,
                "\"layer_types\":[\"sliding_attention\",\"full_attention\","
                    + "\"sliding_attention\",\"full_attention\"]"))
        .isEqualTo(new Windows(4096, of(true, false, true, false)));
    assertThatThrownBy(() ->
            windows(
                type,
                "\"sliding_window\":null,\"layer_types\":[\"sliding_attention\","
                    + "\"full_attention\",\"full_attention\",\"full_attention\"]"))
        .hasMessageContaining("has layers of the type sliding_attention and no window");
  }

  private static LayerPattern of(Boolean... answers) {
    return new LayerPattern(ImmutableList.copyOf(answers));
  }

  private static Windows windows(String type, String keys) throws IOException {
    String json =
        String.format(
            Locale.ROOT,
            "{\"model_type\":\"%s\",\"num_hidden_layers\":4,\"use_sliding_window\":true,%s}",
            type,
            keys);
    Family family = read(json).family();
    return family instanceof Qwen2(Windows windows) ? windows : ((Qwen3) family).windows();
  }

  /** {@code SmolLM3Config()}: layers without positions are those that may have a window. */
  @Test
  void aSmolLm3WithoutKeysHasTheDefaultsOfItsClass() throws IOException {
    TransformerConfig config = read("{\"model_type\":\"smollm3\"}");
    assertThat(config.vocabSize()).isEqualTo(128_256);
    assertThat(config.hiddenSize()).isEqualTo(2048);
    assertThat(config.intermediateSize()).isEqualTo(11_008);
    assertThat(config.layers()).isEqualTo(36);
    assertThat(config.heads()).isEqualTo(16);
    assertThat(config.keyValueHeads()).isEqualTo(4);
    assertThat(config.headDim()).isEqualTo(128);
    assertThat(config.maxPositions()).isEqualTo(32_768);
    assertThat(config.rope()).isEqualTo(new Rope(2e6, new Rope.Unscaled()));
    assertThat(config.tieWordEmbeddings()).isTrue();
    assertThat(config.bosTokenId()).hasValue(128_000);
    assertThat(config.family()).isEqualTo(new SmolLm3());
    assertThat(config.family().defaultEos()).hasValue(128_001);
  }

  @Test
  void layersOfASmolLm3WithoutPositionsAreListedOrEveryNth() throws IOException {
    String json = "{\"model_type\":\"smollm3\",\"num_hidden_layers\":3,%s}";
    assertThat(read(json.replace("%s", "\"no_rope_layer_interval\":2")).family())
        .isEqualTo(new SmolLm3(Windows.NONE, of(true, false, true)));
    assertThat(
            read(json.replace(
                    "%s",
                    "\"no_rope_layers\":[0,1,1,0],\"use_sliding_window\":true,"
                        + "\"sliding_window\":7"))
                .family())
        .isEqualTo(new SmolLm3(new Windows(7, of(true, false, false)), of(false, true, true)));
    assertThatThrownBy(() -> read(json.replace("%s", "\"no_rope_layers\":[0,1]")))
        .hasMessageContaining("no_rope_layers has 2 layers, num_hidden_layers is 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mistral | \"sliding_window\":0 | sliding_window is 0: it must be above 0, or null for none",
        "mistral | \"layer_types\":[\"full_attention\"] | sliding_window of 4096 and other layer_types",
        "phi3 | \"layer_types\":[\"sliding_attention\"] | sliding_window of null and other layer_types",
        "gemma3_text | \"layer_types\":[\"chunked_attention\"] | has layers of the type chunked_attention",
        "qwen2 | \"layer_types\":[] | layer_types has 0 layers, num_hidden_layers is 1",
        "smollm3 | \"no_rope_layer_interval\":0 | no_rope_layer_interval is 0: it must be above 0",
        "llama | \"partial_rotary_factor\":0.5 | rotates only a part of each head",
        "llama | \"rope_scaling\":{\"rope_type\":\"dynamic\",\"factor\":2} | has rotary scaling dynamic",
        "llama | \"rope_scaling\":{\"type\":\"yarn\",\"factor\":0.5} | rope factor is 0.5",
        "llama | \"rope_scaling\":{\"type\":\"yarn\",\"beta_fast\":true} | beta_fast of the rotary settings"
      })
  void whatIsNotBuiltIsRefusedByName(String type, String keys, String message) {
    assertThatThrownBy(() ->
            read(
                String.format(
                    Locale.ROOT, "{\"model_type\":\"%s\",\"num_hidden_layers\":1,%s}", type, keys)))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(message);
  }

  /**
   * transformers takes the long factors for the whole of a sequence beyond the original context.
   */
  @Test
  void positionsThatWouldNeedTheLongFactorsAreLeftOut() throws IOException {
    TransformerConfig config =
        read(
            "{\"model_type\":\"llama\",\"hidden_size\":8,\"num_attention_heads\":2,"
                + "\"max_position_embeddings\":64,\"rope_parameters\":"
                + "{\"rope_type\":\"longrope\",\"original_max_position_embeddings\":16,"
                + "\"short_factor\":[1,2],\"long_factor\":[2,3]}}");
    assertThat(config.maxPositions()).isEqualTo(16);
  }

  /** The part of Qwen's readme on long texts, and a key that stands outside. */
  @Test
  void yarnHasTheDefaultsOfTransformers() throws IOException {
    OptionalDouble none = OptionalDouble.empty();
    String json = "{\"model_type\":\"qwen2\",\"rope_theta\":1e6,%s}";
    assertThat(
            read(json.replace(
                    "%s",
                    "\"rope_scaling\":{\"factor\":4.0,"
                        + "\"original_max_position_embeddings\":32768,\"type\":\"yarn\"}"))
                .rope())
        .isEqualTo(new Rope(1e6, new Rope.Yarn(4, 32_768, 32, 1, none, none, none, true)));
    assertThat(
            read(json.replace(
                    "%s",
                    "\"max_position_embeddings\":64,\"original_max_position_embeddings\":16,"
                        + "\"rope_parameters\":{\"rope_type\":\"yarn\",\"factor\":null,"
                        + "\"beta_fast\":0,\"attention_factor\":null,\"mscale\":1.5,"
                        + "\"truncate\":false}"))
                .rope())
        .isEqualTo(
            new Rope(1e6, new Rope.Yarn(4, 16, 32, 1, none, OptionalDouble.of(1.5), none, false)));
  }

  /** {@code convert_rope_params_to_dict}: {@code rope_scaling or self.rope_parameters}. */
  @Test
  void rotaryScalingOutsideTheParametersCounts() throws IOException {
    String json =
        "{\"model_type\":\"llama\",\"rope_theta\":500000.0,\"rope_scaling\":%s,"
            + "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2,\"rope_theta\":7.0}}";
    assertThat(read(json.replace("%s", "{\"rope_type\":\"linear\",\"factor\":3}")).rope())
        .isEqualTo(new Rope(500_000, new Rope.Linear(3)));
    assertThat(read(json.replace("%s", "null")).rope()).isEqualTo(new Rope(7, new Rope.Linear(2)));
    assertThat(read(json.replace("%s", "{}")).rope()).isEqualTo(new Rope(7, new Rope.Linear(2)));
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
    assertThat(((Gemma3) config.family()).windows().layers().first(7))
        .containsExactly(true, true, true, true, true, false, true);
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
                168, new Windows(64, of(true, false, true)), new Rope(2e4, new Rope.Unscaled())));
  }

  @ParameterizedTest
  @CsvSource({
    "final_logit_softcapping, 30.0, sets final_logit_softcapping",
    "attn_logit_softcapping, 50.0, sets attn_logit_softcapping",
    "use_bidirectional_attention, true, has use_bidirectional_attention",
    "hidden_activation, '\"silu\"', has another hidden_activation",
    "sliding_window, 0, sliding_window is 0",
    "layer_types, '[\"full_attention\"]', layer_types has 1 layers",
    "rope_parameters, '{\"rope_type\":\"default\"}', has rope_parameters for all layers"
  })
  void whatOfAGemmaIsNotBuiltIsRefused(String key, String value, String message) {
    assertThatThrownBy(
            () -> read("{\"model_type\":\"gemma3_text\",\"%s\":%s}".formatted(key, value)))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(message);
  }
}
