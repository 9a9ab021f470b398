package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.text.SpecialTokens;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.Families;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class HuggingFaceFolderTest {

  @TempDir Path temporary;

  @Test
  void everyFamilyTiedOrNotWithAnyRotationItHasComesBackAsItWas() {
    int number = 0;
    for (String family : Families.load().byType().keySet()) {
      for (boolean tied : new boolean[] {true, false}) {
        List<TransformerConfig> configs =
            Stream.of(
                    Rope.DEFAULT,
                    new Rope(5e5, new Rope.Linear(2)),
                    new Rope(5e5, new Rope.Llama3(8, 1, 4, 16)),
                    new Rope(
                        5e5,
                        new Rope.Yarn(
                            4,
                            16,
                            30,
                            2,
                            OptionalDouble.of(1.25),
                            OptionalDouble.of(0.5),
                            OptionalDouble.of(0.75),
                            false)),
                    new Rope(
                        1e4,
                        new Rope.LongRope(
                            ImmutableList.of(1.5), ImmutableList.of(2.5), 32, 64, 1.25),
                        0.5))
                .map(rope -> family.equals("gpt2") ? Rope.DEFAULT : rope)
                .map(rope -> TinyModels.config(family, tied, rope))
                .filter(HuggingFaceFolderTest::isOfItsFamily)
                .toList();
        assertThat(configs).as(family).isNotEmpty();
        for (TransformerConfig config : configs) {
          Path folder = temporary.resolve("m" + number++);
          try (Checkpoint saved = checkpoint(config, ModelHead.LANGUAGE)) {
            HuggingFaceFolder.save(folder, saved);
            try (Checkpoint loaded = Checkpoint.load(folder)) {
              assertThat(loaded.config()).isEqualTo(config);
              assertSame(loaded.parameters(), saved.parameters());
            }
          }
        }
      }
    }
  }

  private static boolean isOfItsFamily(TransformerConfig config) {
    try {
      config.family().check(config);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void aScalarHeadComesBackToo() {
    var config = TinyModels.config("llama", true, Rope.DEFAULT);
    try (Checkpoint saved = checkpoint(config, ModelHead.SCALAR)) {
      HuggingFaceFolder.save(temporary.resolve("critic"), saved, ModelHead.SCALAR);
      try (Checkpoint loaded =
          HuggingFaceFolder.load(temporary.resolve("critic"), ModelHead.SCALAR)) {
        assertThat(loaded.parameters().get("score.weight").shape()).containsExactly(1, 8);
        assertSame(loaded.parameters(), saved.parameters());
      }
    }
  }

  @Test
  void tokenizerAndTemplateTravelAlong() {
    var config = TinyModels.config("llama", true, Rope.DEFAULT);
    var tokenizer = new CharTokenizer("0123456789=");
    var template = new ChatTemplate("{{ messages[0].content }}\n", SpecialTokens.NONE);
    Path folder = temporary.resolve("m");
    try (var parameters = TinyModels.random(config, ModelHead.LANGUAGE, 1)) {
      HuggingFaceFolder.save(
          folder,
          new Checkpoint(config, parameters, Optional.of(tokenizer), Optional.of(template)));
    }
    Path again = temporary.resolve("again");
    try (Checkpoint loaded = Checkpoint.load(folder)) {
      HuggingFaceFolder.save(again, loaded);
    }
    try (Checkpoint loaded = Checkpoint.load(again)) {
      assertThat(loaded.tokenizer().orElseThrow().encode("12=")).containsExactly(3, 4, 12);
      assertThat(loaded.chatTemplate().orElseThrow().source()).isEqualTo(template.source());
    }
  }

  @Test
  void whatIsThereIsNotOverwritten() {
    var config = TinyModels.config("llama", true, Rope.DEFAULT);
    try (Checkpoint saved = checkpoint(config, ModelHead.LANGUAGE)) {
      HuggingFaceFolder.save(temporary.resolve("m"), saved);
      assertThatThrownBy(() -> HuggingFaceFolder.save(temporary.resolve("m"), saved))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("exists already");
    }
  }

  @Test
  void shardsAreJoinedByTheirIndex() throws IOException {
    var config = TinyModels.config("qwen2", false, Rope.DEFAULT);
    Path folder = temporary.resolve("m");
    try (Checkpoint saved = checkpoint(config, ModelHead.LANGUAGE)) {
      HuggingFaceFolder.save(folder, saved);
      Files.delete(folder.resolve("model.safetensors"));
      ObjectNode index = JsonFiles.mapper().createObjectNode();
      ObjectNode map = index.putObject("weight_map");
      List<Map<String, INDArray>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
      for (String name : saved.parameters().names()) {
        int shard = map.size() % 2;
        shards.get(shard).put(name, saved.parameters().get(name));
        map.put(name, "model-" + shard + ".safetensors");
      }
      for (int i = 0; i < 2; i++) {
        SafetensorsWriter.write(
            folder.resolve("model-" + i + ".safetensors"), Parameters.of(shards.get(i)));
      }
      Path file = folder.resolve("model.safetensors.index.json");
      Files.writeString(file, index.toString());
      try (Checkpoint loaded = Checkpoint.load(folder)) {
        assertSame(loaded.parameters(), saved.parameters());
      }
      map.put("lm_head.weight", "../model-0.safetensors");
      Files.writeString(file, index.toString());
      assertThatRefused(folder).hasMessageContaining("no file name");
      map.put("lm_head.weight", "model-7.safetensors");
      Files.writeString(file, index.toString());
      assertThatRefused(folder).hasMessageContaining("model-7.safetensors: there is no such file");
    }
  }

  @Test
  void gpt2WithoutItsPrefixAndWithItsBuffersIsRead() throws IOException {
    var config = TinyModels.config("gpt2", true, Rope.DEFAULT);
    Path folder = temporary.resolve("m");
    try (Checkpoint saved = checkpoint(config, ModelHead.LANGUAGE)) {
      HuggingFaceFolder.save(folder, saved);
      Map<String, INDArray> renamed = new LinkedHashMap<>();
      for (String name : saved.parameters().names()) {
        renamed.put(name.substring("transformer.".length()), saved.parameters().get(name));
      }
      renamed.put("h.0.attn.bias", Nd4j.create(new float[4], new long[] {1, 1, 2, 2}, 'c'));
      SafetensorsWriter.write(folder.resolve("model.safetensors"), Parameters.of(renamed));
      try (Checkpoint loaded = Checkpoint.load(folder)) {
        assertSame(loaded.parameters(), saved.parameters());
      }
    }
  }

  @Test
  void tensorsThatDoNotFitTheConfigurationAreNamedWithBothShapes() throws IOException {
    Path folder = saved();
    rewrite(folder, json -> json.put("intermediate_size", 10));
    assertThatRefused(folder)
        .hasMessage(
            "model.safetensors: tensor model.layers.0.mlp.gate_proj.weight is [12, 8], config.json"
                + " says [10, 8]: the checkpoint and its configuration do not belong together");
    rewrite(folder, json -> json.put("intermediate_size", 12).put("num_hidden_layers", 3));
    assertThatRefused(folder)
        .hasMessageContaining("has no tensor model.layers.2.input_layernorm.weight, [8]");
    rewrite(folder, json -> json.put("num_hidden_layers", 1));
    assertThatRefused(folder).hasMessageContaining("has tensor model.layers.1.");
  }

  @Test
  void configurationsThatAreNotBuiltAreRefusedByName() throws IOException {
    Path folder = saved();
    Path file = folder.resolve("config.json");
    String config = Files.readString(file);
    Map<String, String> refused =
        Map.of(
            "\"model_type\":\"mixtral\"",
                "model_type is 'mixtral': gemma3_text, gpt2, llama, mistral,",
            "\"rope_parameters\":{\"rope_type\":\"dynamic\",\"factor\":4}",
                "rotary scaling dynamic",
            "\"hidden_act\":\"gelu\"", "hidden_act is gelu: silu",
            "\"quantization_config\":{\"bits\":4}", "quantization_config",
            "\"partial_rotary_factor\":0.5", "partial_rotary_factor",
            "\"hidden_size\":\"8\"", "hidden_size is \"8\": it should be an integer",
            "\"num_key_value_heads\":3", "keyValueHeads is 3: it must divide heads (2)");
    for (var entry : refused.entrySet()) {
      Files.writeString(file, config);
      JsonNode changes = JsonFiles.mapper().readTree("{" + entry.getKey() + "}");
      rewrite(folder, json -> json.setAll((ObjectNode) changes));
      assertThatRefused(folder)
          .hasMessageStartingWith("config.json: ")
          .hasMessageContaining(entry.getValue());
    }
  }

  @Test
  void olderConfigurationsAreReadAsNewOnes() throws IOException {
    Path folder = saved();
    rewrite(
        folder,
        json -> {
          json.remove("rope_parameters");
          json.put("rope_theta", 500000.0);
          json.putObject("rope_scaling")
              .put("type", "llama3")
              .put("factor", 8.0)
              .put("low_freq_factor", 1.0)
              .put("high_freq_factor", 4.0)
              .put("original_max_position_embeddings", 8192);
        });
    try (Checkpoint loaded = Checkpoint.load(folder)) {
      assertThat(loaded.config().rope())
          .isEqualTo(new Rope(500_000, new Rope.Llama3(8, 1, 4, 8192)));
    }
  }

  @Test
  void generationSettingsDecideWhereASequenceEnds() throws IOException {
    Path folder = saved();
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [4, 7]}");
    try (Checkpoint loaded = Checkpoint.load(folder)) {
      assertThat(loaded.config().eosTokenIds()).containsExactly(4, 7);
    }
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": 5}");
    try (Checkpoint loaded = Checkpoint.load(folder)) {
      assertThat(loaded.config().eosTokenIds()).containsExactly(5);
    }
  }

  private Path saved() {
    Path folder = temporary.resolve("saved");
    var config = TinyModels.config("llama", true, Rope.DEFAULT);
    try (Checkpoint saved = checkpoint(config, ModelHead.LANGUAGE)) {
      HuggingFaceFolder.save(folder, saved);
    }
    return folder;
  }

  private interface Change {
    void apply(ObjectNode json);
  }

  private static void rewrite(Path folder, Change change) throws IOException {
    Path file = folder.resolve("config.json");
    var json = (ObjectNode) JsonFiles.readObject(file, 1 << 20);
    change.apply(json);
    Files.writeString(file, json.toString());
  }

  private static AbstractThrowableAssert<?, ?> assertThatRefused(Path folder) {
    return assertThatThrownBy(() -> Checkpoint.load(folder)).isInstanceOf(BadFileException.class);
  }

  private static Checkpoint checkpoint(TransformerConfig config, ModelHead head) {
    return new Checkpoint(
        config, TinyModels.random(config, head, 2), Optional.empty(), Optional.empty());
  }

  private static void assertSame(Parameters found, Parameters expected) {
    assertThat(found.names()).isEqualTo(expected.names());
    for (String name : expected.names()) {
      assertThat(found.get(name).data().asFloat())
          .as(name)
          .containsExactly(expected.get(name).data().asFloat());
    }
  }
}
