package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.family.Phi3;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of Phi-3 and what is refused; its numbers are compared in the parity case. */
final class Phi3Test {

  private static final Path CASE = Path.of("src/test/resources/parity/phi3");

  @TempDir private Path folder;

  private static TransformerConfig read(String keys) throws IOException {
    String json = keys.isEmpty() ? "" : "," + keys;
    return ConfigJson.parse(
        Path.of("config.json"),
        JsonFiles.mapper().readTree("{\"model_type\":\"phi3\"" + json + "}"));
  }

  /** {@code Phi3Config()} of transformers 5.24. */
  @Test
  void absentKeysHaveTheDefaultsOfTheClass() throws IOException {
    TransformerConfig config = read("");
    assertThat(config.vocabSize()).isEqualTo(32_064);
    assertThat(config.hiddenSize()).isEqualTo(3072);
    assertThat(config.intermediateSize()).isEqualTo(8192);
    assertThat(config.layers()).isEqualTo(32);
    assertThat(config.heads()).isEqualTo(32);
    assertThat(config.keyValueHeads()).isEqualTo(32);
    assertThat(config.headDim()).isEqualTo(96);
    assertThat(config.maxPositions()).isEqualTo(4096);
    assertThat(config.normEpsilon()).isEqualTo(1e-5);
    assertThat(config.rope()).isEqualTo(Rope.DEFAULT);
    assertThat(config.tieWordEmbeddings()).isFalse();
    assertThat(config.bosTokenId()).hasValue(1);
    assertThat(config.family().defaultEos()).hasValue(32_000);
  }

  /** Phi-4-mini: 3/4 of each head of 128; a window longer than its positions. */
  @Test
  void aPartOfEachHeadIsTurned() throws IOException {
    String ones = "[" + "1,".repeat(47) + "1]";
    String json =
        "\"hidden_size\":3072,\"num_attention_heads\":24,\"num_key_value_heads\":8,"
            + "\"max_position_embeddings\":131072,\"original_max_position_embeddings\":4096,"
            + "\"partial_rotary_factor\":0.75,\"sliding_window\":262144,\"rope_theta\":10000.0,"
            + "\"rope_scaling\":{\"type\":\"longrope\",\"short_factor\":%s,\"long_factor\":%s}";
    TransformerConfig config = read(json.replace("%s", ones));
    assertThat(config.rope().part()).isEqualTo(0.75);
    assertThat(config.rope().inverseFrequencies(128)).hasSize(48);
    assertThat(config.family()).isEqualTo(new Phi3(Windows.ofAll(262_144)));
    assertThat(Windows.ofAll(262_144).heads(config, 0).window()).isEqualTo(0);
    assertThatThrownBy(() -> read(json.replace("%s", "[1,1]")))
        .hasMessageContaining("LongRoPE has 2 short factors for heads of 128: it must have 48");
  }

  /** Phi-3-mini-128k as published: 4096 positions grow to 131,072, √(1 + ln 32 / ln 4096). */
  @Test
  void thePublishedLongModelHasThePositionsOfItsPreTraining() throws IOException {
    String factors = "[" + "1.25,".repeat(47) + "2.5]";
    TransformerConfig config =
        read(
            "\"max_position_embeddings\":131072,\"original_max_position_embeddings\":4096,"
                + "\"sliding_window\":262144,\"rope_scaling\":{\"type\":\"su\",\"short_factor\":"
                + factors
                + ",\"long_factor\":"
                + factors
                + "}");
    assertThat(config.maxPositions()).isEqualTo(4096);
    assertThat(config.rope().amplitude()).isEqualTo((float) Math.sqrt(17.0 / 12));
    assertThat(config.rope().inverseFrequencies(96)[0]).isEqualTo(1 / 1.25f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rope_scaling\":{\"type\":\"linear\",\"factor\":2} | Phi-3 has none or longrope",
        "\"rope_scaling\":{\"type\":\"yarn\",\"factor\":2} | Phi-3 has none or longrope",
        "\"hidden_act\":\"gelu\" | hidden_act is gelu",
        "\"rope_scaling\":{\"type\":\"longrope\",\"long_factor\":[1]} | short_factor of the rotary",
      })
  void whatIsNotBuiltIsRefusedByName(String key, String message) {
    assertThatThrownBy(() ->
            read(
                key
                    + ",\"max_position_embeddings\":8192,"
                    + "\"original_max_position_embeddings\":4096"))
        .isInstanceOf(BadFileException.class)
        .hasMessageStartingWith("config.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void twoOriginalContextsAreRefused() {
    assertThatThrownBy(() ->
            read(
                "\"max_position_embeddings\":64,\"rope_parameters\":{\"rope_type\":\"longrope\","
                    + "\"original_max_position_embeddings\":32,\"short_factor\":[1],"
                    + "\"long_factor\":[1]}"))
        .hasMessageContaining("not the one outside them (4096)");
  }

  @Test
  void aSavedModelComesBackWithItsFactors() {
    Path copy = folder.resolve("copy");
    try (Checkpoint checkpoint = Checkpoint.load(CASE)) {
      HuggingFaceFolder.save(copy, checkpoint);
      try (Checkpoint again = Checkpoint.load(copy)) {
        assertThat(again.config()).isEqualTo(checkpoint.config());
        assertThat(again.config().rope().scaling())
            .isEqualTo(
                new Rope.LongRope(
                    ImmutableList.of(1.05, 1.6),
                    ImmutableList.of(1.3, 4.5),
                    32,
                    128,
                    Math.sqrt(1 + Math.log(4) / Math.log(32))));
      }
    }
  }

  /** llama.cpp keeps the fused projections as they are ({@code attn_qkv}, {@code ffn_up}). */
  @Test
  void aGgufFileIsReadUnderItsNames() throws IOException {
    GgufBuilder builder = gguf();
    float[] fused = TinyModels.randoms(new Random(1), 128);
    Files.write(
        folder.resolve("m.gguf"), builder.tensor("blk.0.attn_qkv.weight", fused, 16, 8).build());
    try (Checkpoint model = Checkpoint.load(folder.resolve("m.gguf"))) {
      assertThat(model.config().family().modelType()).isEqualTo("phi3");
      assertThat(
              model.parameters().get("model.layers.0.self_attn.qkv_proj.weight").data().asFloat())
          .containsExactly(fused);
    }
  }

  /**
   * {@code convert_hf_to_gguf.py}, {@code Phi3MiniModel}: factors are tensors, a window of 0 is
   * none.
   */
  @Test
  void aGgufFileHasItsWindowItsPartAndItsFactors() throws IOException {
    Files.write(
        folder.resolve("m.gguf"),
        gguf()
            .put("phi3.context_length", 128)
            .put("phi3.rope.scaling.original_context_length", 32)
            .put("phi3.rope.scaling.attn_factor", (float) Math.sqrt(1 + Math.log(4) / Math.log(32)))
            .put("phi3.rope.dimension_count", 2)
            .put("phi3.attention.sliding_window", 8)
            .tensor("rope_factors_short.weight", new float[] {1.05f}, 1)
            .tensor("rope_factors_long.weight", new float[] {4.5f}, 1)
            .build());
    try (Checkpoint model = Checkpoint.load(folder.resolve("m.gguf"))) {
      assertThat(model.config().family()).isEqualTo(new Phi3(Windows.ofAll(8)));
      assertThat(model.config().maxPositions()).isEqualTo(32);
      assertThat(model.config().rope())
          .isEqualTo(
              new Rope(
                  10_000,
                  new Rope.LongRope(
                      ImmutableList.of(1.05),
                      ImmutableList.of(4.5),
                      32,
                      128,
                      Math.sqrt(1 + Math.log(4) / Math.log(32))),
                  0.5));
    }
    Files.write(
        folder.resolve("zero.gguf"), gguf().put("phi3.attention.sliding_window", 0).build());
    try (Checkpoint model = Checkpoint.load(folder.resolve("zero.gguf"))) {
      assertThat(model.config().family()).isEqualTo(new Phi3());
    }
  }

  @Test
  void factorsOfAnotherNumberAreRefused() throws IOException {
    Files.write(
        folder.resolve("m.gguf"),
        gguf()
            .put("phi3.rope.scaling.original_context_length", 16)
            .tensor("rope_factors_short.weight", new float[] {1, 1, 1}, 3)
            .build());
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve("m.gguf")))
        .hasMessage("m.gguf: rope_factors_short.weight has 3 factors for heads of 4");
  }

  private static GgufBuilder gguf() {
    GgufBuilder builder = TinyModels.gguf("phi3");
    for (String name : List.of("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up")) {
      builder.remove("blk.0." + name + ".weight");
    }
    var random = new Random(7);
    return builder
        .tensor("blk.0.attn_qkv.weight", TinyModels.randoms(random, 128), 16, 8)
        .tensor("blk.0.ffn_up.weight", TinyModels.randoms(random, 192), 24, 8);
  }
}
