package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.align4j.core.file.BadFileException;
import org.align4j.models.family.Gemma3;
import org.align4j.models.family.Llama;
import org.align4j.models.family.Mistral;
import org.align4j.models.family.SmolLm3;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.transformer.LayerPattern;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.Windows;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

final class GgufTest {

  private static final String QUERY = "model.layers.0.self_attn.q_proj.weight";

  @TempDir Path folder;

  /** convert_hf_to_gguf: {@code w.reshape(H, 2, d/2, ·).swapaxes(1, 2)}, so rows 0 2 1 3 return. */
  @Test
  void queryAndKeyRowsOfLlamaReturnToTheirPlaces() throws IOException {
    float[] query = numbered(64);
    float[] key = numbered(32);
    try (Checkpoint llama =
        load(
            TinyModels.gguf("llama")
                .tensor("blk.0.attn_q.weight", query, 8, 8)
                .tensor("blk.0.attn_k.weight", key, 4, 8))) {
      assertThat(firstColumn(llama.parameters().get(QUERY)))
          .containsExactly(0, 16, 8, 24, 32, 48, 40, 56);
      assertThat(firstColumn(llama.parameters().get(QUERY.replace("q_proj", "k_proj"))))
          .containsExactly(0, 16, 8, 24);
    }
  }

  @Test
  void rowsOfOtherFamiliesStay() throws IOException {
    try (Checkpoint qwen =
        load(TinyModels.gguf("qwen2").tensor("blk.0.attn_q.weight", numbered(64), 8, 8))) {
      assertThat(qwen.config().family().modelType()).isEqualTo("qwen2");
      assertThat(qwen.config().attentionBias()).isTrue();
      assertThat(firstColumn(qwen.parameters().get(QUERY)))
          .containsExactly(0, 8, 16, 24, 32, 40, 48, 56);
    }
  }

  /** convert_hf_to_gguf.py: {@code if name.endswith("norm.weight"): data_torch + 1}. */
  @Test
  void gemmasNormsAreWithoutTheOneThatTheConverterAdds() throws IOException {
    try (Checkpoint gemma =
        load(
            TinyModels.gguf("gemma3")
                .put("gemma3.attention.sliding_window", 8)
                .put("gemma3.rope.freq_base", 1e6f)
                .put("gemma3.rope.scaling.type", "linear")
                .put("gemma3.rope.scaling.factor", 8f)
                .tensor("blk.0.post_ffw_norm.weight", numbered(8), 8)
                .tensor("blk.0.attn_q.weight", numbered(64), 8, 8))) {
      assertThat(gemma.config().family())
          .isEqualTo(new Gemma3(4, new Windows(8, LayerPattern.allButEvery(6)), Rope.DEFAULT));
      assertThat(gemma.config().rope()).isEqualTo(new Rope(1e6, new Rope.Linear(8)));
      assertThat(firstColumn(gemma.parameters().get(QUERY)))
          .containsExactly(0, 8, 16, 24, 32, 40, 48, 56);
      assertThat(
              gemma
                  .parameters()
                  .get("model.layers.0.post_feedforward_layernorm.weight")
                  .data()
                  .asFloat())
          .containsExactly(-1, 0, 1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void metadataBecomeTheConfigurationAndTheText() throws IOException {
    try (Checkpoint model = load(TinyModels.gguf("llama").put("llama.rope.freq_base", 5e5f))) {
      assertThat(model.config().normEpsilon()).isEqualTo(1e-5);
      assertThat(model.config().rope()).isEqualTo(new Rope(500_000, new Rope.Unscaled()));
      assertThat(model.config().tieWordEmbeddings()).isTrue();
      assertThat(model.config().eosTokenIds()).containsExactly(6);
      assertThat(model.tokenizer().orElseThrow().encode("ab ab</s>")).containsExactly(3, 4, 6);
      assertThat(model.chatTemplate().orElseThrow().prompt(List.of(ChatMessage.user("ab"))))
          .isEqualTo("ab</s>");
    }
  }

  /** llama.cpp adds it where the key says so, and without the key for Llama 3's pre-tokenizer. */
  @Test
  void plainPromptsBeginWithTheBosTokenThatTheMetadataWant() throws IOException {
    var builder = TinyModels.gguf("llama").put("tokenizer.ggml.bos_token_id", 6);
    assertThat(prefix(builder.put("tokenizer.ggml.pre", "gpt-2"))).isEmpty();
    assertThat(prefix(builder.put("tokenizer.ggml.pre", "llama-bpe"))).containsExactly(6);
    assertThat(prefix(builder.put("tokenizer.ggml.add_bos_token", false))).isEmpty();
    assertThat(
            prefix(
                builder
                    .put("tokenizer.ggml.pre", "gpt-2")
                    .put("tokenizer.ggml.add_bos_token", true)))
        .containsExactly(6);
  }

  private List<Integer> prefix(GgufBuilder builder) throws IOException {
    try (Checkpoint model = load(builder)) {
      return model.tokenizer().orElseThrow().prefixIds();
    }
  }

  @Test
  void aHeadOfItsOwnIsLoadedAndACopyOfTheEmbeddingIsNot() throws IOException {
    float[] head = TinyModels.randoms(new Random(1), 104);
    try (Checkpoint untied = load(TinyModels.gguf("llama").tensor("output.weight", head, 13, 8))) {
      assertThat(untied.config().tieWordEmbeddings()).isFalse();
      assertThat(untied.parameters().get("lm_head.weight").data().asFloat()).containsExactly(head);
    }
    try (Checkpoint copied =
        load(
            TinyModels.gguf("llama")
                .tensor("token_embd.weight", head, 13, 8)
                .tensor("output.weight", head, 13, 8))) {
      assertThat(copied.config().tieWordEmbeddings()).isTrue();
      assertThat(copied.parameters().contains("lm_head.weight")).isFalse();
    }
  }

  @Test
  void gpt2WeightsAreTurnedBack() throws IOException {
    var builder =
        TinyModels.gguf("llama")
            .put("general.architecture", "gpt2")
            .put("tokenizer.ggml.pre", "gpt-2")
            .put("gpt2.block_count", 1)
            .put("gpt2.context_length", 5)
            .put("gpt2.embedding_length", 4)
            .put("gpt2.feed_forward_length", 6)
            .put("gpt2.attention.head_count", 2)
            .put("gpt2.attention.layer_norm_epsilon", 1e-5f);
    for (String name :
        List.of("attn_q", "attn_k", "attn_v", "ffn_gate", "attn_output", "ffn_up", "ffn_down")) {
      builder.remove("blk.0." + name + ".weight");
    }
    for (String name : List.of("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm")) {
      builder.tensor(name + ".weight", new float[4], 4).tensor(name + ".bias", new float[4], 4);
    }
    builder
        .tensor("token_embd.weight", new float[28], 7, 4)
        .tensor("position_embd.weight", new float[20], 5, 4)
        .tensor("blk.0.attn_qkv.weight", numbered(48), 12, 4)
        .tensor("blk.0.attn_qkv.bias", new float[12], 12)
        .tensor("blk.0.attn_output.weight", new float[16], 4, 4)
        .tensor("blk.0.attn_output.bias", new float[4], 4)
        .tensor("blk.0.ffn_up.weight", new float[24], 6, 4)
        .tensor("blk.0.ffn_up.bias", new float[6], 6)
        .tensor("blk.0.ffn_down.weight", new float[24], 4, 6)
        .tensor("blk.0.ffn_down.bias", new float[4], 4);
    try (Checkpoint gpt2 = load(builder)) {
      INDArray fused = gpt2.parameters().get("transformer.h.0.attn.c_attn.weight");
      assertThat(fused.shape()).containsExactly(4, 12);
      assertThat(fused.getFloat(1, 2)).isEqualTo(9);
      assertThat(fused.getFloat(3, 11)).isEqualTo(47);
    }
  }

  @Test
  void frequencyFactorsBecomeLlama3Scaling() throws IOException {
    var scaled = new Rope(10_000, new Rope.Llama3(32, 1, 4, 8192));
    float[] plain = Rope.DEFAULT.inverseFrequencies(4);
    float[] stretched = scaled.inverseFrequencies(4);
    float[] factors = {plain[0] / stretched[0], plain[1] / stretched[1]};
    // Frequencies of a head of 4 are too high to be stretched: its factors are all 1.
    assertThat(factors).containsExactly(1, 1);
    try (Checkpoint model =
        load(TinyModels.gguf("llama").tensor("rope_freqs.weight", factors, 2))) {
      assertThat(model.config().rope().inverseFrequencies(4)).containsExactly(plain);
    }
    assertThatRefused(TinyModels.gguf("llama").tensor("rope_freqs.weight", new float[] {3, 8}, 2))
        .hasMessageContaining("rope_freqs.weight is not what llama3 scaling");
  }

  /** llama.cpp calls a Mistral a Llama. */
  @Test
  void aLlamaWithAWindowIsAMistral() throws IOException {
    var builder = TinyModels.gguf("llama");
    try (Checkpoint mistral = load(builder.put("llama.attention.sliding_window", 8))) {
      assertThat(mistral.config().family()).isEqualTo(new Mistral(Windows.ofAll(8)));
    }
    try (Checkpoint llama = load(builder.put("llama.attention.sliding_window", 32))) {
      assertThat(llama.config().family()).isEqualTo(new Llama());
    }
  }

  /** {@code llama-model.cpp}: {@code n_no_rope_layer_step = 4}, and the rows of Llama. */
  @Test
  void everyFourthLayerOfASmolLm3HasNoPositions() throws IOException {
    try (Checkpoint model =
        load(TinyModels.gguf("smollm3").tensor("blk.0.attn_q.weight", numbered(64), 8, 8))) {
      var family = (SmolLm3) model.config().family();
      assertThat(family.turned().first(5)).containsExactly(true, true, true, false, true);
      assertThat(firstColumn(model.parameters().get(QUERY)))
          .containsExactly(0, 16, 8, 24, 32, 48, 40, 56);
    }
  }

  /**
   * {@code llama-context.cpp}: the attention factor is that of {@code mscale} 1 by that of the
   * multiplier, times {@code attn_factor}.
   */
  @Test
  void yarnIsReadOutOfTheMetadata() throws IOException {
    var builder =
        TinyModels.gguf("qwen2")
            .put("qwen2.rope.scaling.type", "yarn")
            .put("qwen2.rope.scaling.factor", 4f)
            .put("qwen2.rope.scaling.original_context_length", 8);
    OptionalDouble none = OptionalDouble.empty();
    assertThat(scaling(builder)).isEqualTo(new Rope.Yarn(4, 8, 32, 1, none, none, none, true));
    builder
        .put("qwen2.rope.scaling.yarn_beta_fast", 16f)
        .put("qwen2.rope.scaling.yarn_beta_slow", 2f)
        .put("qwen2.rope.scaling.yarn_log_multiplier", 0.5f);
    assertThat(scaling(builder))
        .isEqualTo(
            new Rope.Yarn(4, 8, 16, 2, none, OptionalDouble.of(1), OptionalDouble.of(0.5), true));
    Rope.Yarn doubled = (Rope.Yarn) scaling(builder.put("qwen2.rope.scaling.attn_factor", 2f));
    assertThat(doubled.amplitude())
        .isEqualTo(2 * (0.1 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1));
    builder.put("qwen2.rope.scaling.yarn_attn_factor", 1.25f);
    assertThat(((Rope.Yarn) scaling(builder)).amplitude()).isEqualTo(2.5);
  }

  private Rope.Scaling scaling(GgufBuilder builder) throws IOException {
    try (Checkpoint model = load(builder)) {
      return model.config().rope().scaling();
    }
  }

  @Test
  void whatIsNotSupportedIsNamed() {
    assertThatRefused(TinyModels.gguf("llama").put("general.architecture", "mamba"))
        .hasMessageContaining("mamba")
        .hasMessageContaining("gpt2, llama, ");
    assertThatRefused(TinyModels.gguf("llama").put("tokenizer.ggml.pre", "kimi-k2"))
        .hasMessageContaining("tokenizer.ggml.pre is kimi-k2")
        .hasMessageContaining("smollm");
    assertThatRefused(TinyModels.gguf("llama").put("tokenizer.ggml.model", "t5"))
        .hasMessageContaining("tokenizer.ggml.model is t5")
        .hasMessageContaining("llama (SentencePiece)");
    assertThatRefused(TinyModels.gguf("llama").put("tokenizer.ggml.model", "llama"))
        .hasMessageContaining("has no tokenizer.ggml.scores");
    assertThatRefused(TinyModels.gguf("llama").put("llama.rope.scaling.type", "dynamic"))
        .hasMessageContaining("has rotary scaling dynamic: none, linear, yarn, longrope");
    assertThatRefused(TinyModels.gguf("llama").put("llama.rope.scaling.type", "longrope"))
        .hasMessageContaining("no llama.rope.scaling.original_context_length");
    assertThatRefused(
            TinyModels.gguf("llama")
                .put("llama.rope.scaling.type", "yarn")
                .put("llama.rope.scaling.yarn_ext_factor", 0.5f))
        .hasMessageContaining("YaRN of yarn_ext_factor 0.5");
    assertThatRefused(TinyModels.gguf("llama").put("llama.rope.dimension_count", 2))
        .hasMessageContaining("rotates only a part of each head (partial_rotary_factor 0.5)");
    assertThatRefused(TinyModels.gguf("qwen2").put("qwen2.attention.sliding_window", 8))
        .hasMessageContaining("sliding window of 8");
    assertThatRefused(TinyModels.gguf("llama").put("llama.expert_count", 8))
        .hasMessageContaining("mixture of experts");
    assertThatRefused(
            TinyModels.gguf("llama").tensor("blk.0.ffn_up.weight", 23, new byte[99], 12, 8))
        .hasMessageContaining("blk.0.ffn_up.weight is stored as IQ4_XS")
        .hasMessageContaining(
            "Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K are read");
  }

  @Test
  void missingExtraAndMisshapenTensorsAreNamed() {
    assertThatRefused(TinyModels.gguf("llama").remove("blk.0.attn_v.weight"))
        .hasMessageContaining("has no tensor blk.0.attn_v.weight");
    assertThatRefused(TinyModels.gguf("llama").tensor("blk.0.odd", new float[2], 2))
        .hasMessageContaining("has tensor blk.0.odd");
    assertThatRefused(TinyModels.gguf("llama").tensor("blk.0.ffn_up.weight", new float[88], 11, 8))
        .hasMessageContaining("blk.0.ffn_up.weight is [11, 8]")
        .hasMessageContaining("[12, 8]");
  }

  private AbstractThrowableAssert<?, ?> assertThatRefused(GgufBuilder builder) {
    return assertThatThrownBy(() -> load(builder))
        .isInstanceOf(BadFileException.class)
        .hasMessageStartingWith("model.gguf: ");
  }

  private Checkpoint load(GgufBuilder builder) throws IOException {
    return Checkpoint.load(Files.write(folder.resolve("model.gguf"), builder.build()));
  }

  private static float[] numbered(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i;
    }
    return values;
  }

  private static int[] firstColumn(INDArray matrix) {
    int[] column = new int[(int) matrix.size(0)];
    for (int i = 0; i < column.length; i++) {
      column[i] = (int) matrix.getFloat(i, 0);
    }
    return column;
  }
}
