package org.align4j.models.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.OptionalInt;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.GgufFields;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.GgufTensor;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.RopeJson;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;

/**
 * Llama 1 to 3 and what calls itself so: SmolLM2, TinyLlama ({@code configuration_llama.py}, {@code
 * modeling_llama.py}).
 */
public record Llama() implements Family {

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public String className() {
    return "LlamaForCausalLM";
  }

  @Override
  public OptionalInt defaultEos() {
    return OptionalInt.of(2);
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    int maxPositions = json.integer("max_position_embeddings", 2048);
    Rope rope = json.rope(maxPositions);
    json.refuseOtherThanFullAttention();
    json.refuseOtherThanSilu();
    int vocabulary = json.integer("vocab_size", 32_000);
    int hidden = json.integer("hidden_size", 4096);
    int heads = json.integer("num_attention_heads", 32);
    boolean bias = json.flag("attention_bias", false);
    return new TransformerConfig(
        this,
        vocabulary,
        hidden,
        json.integer("intermediate_size", 11_008),
        json.integer("num_hidden_layers", 32),
        heads,
        json.integerOrNull("num_key_value_heads", heads, heads),
        LlamaKeys.headDim(json, hidden, heads),
        rope.positions(maxPositions),
        json.number("rms_norm_eps", 1e-6),
        rope,
        json.flag("tie_word_embeddings", false),
        bias,
        bias,
        json.flag("mlp_bias", false),
        false,
        Activation.SILU,
        json.bosTokenId(vocabulary, OptionalInt.of(1)),
        json.eosTokenIds(vocabulary));
  }

  @Override
  public void write(TransformerConfig config, ObjectNode json) {
    LlamaKeys.writeSizes(config, json);
    json.put("attention_bias", config.attentionBias());
    json.put("mlp_bias", config.mlpBias());
    RopeJson.write(config.rope(), json);
  }

  @Override
  public void check(TransformerConfig config) {
    LlamaKeys.check(config);
  }

  @Override
  public ImmutableMap<String, long[]> shapes(TransformerConfig config) {
    return LlamaShapes.of(config);
  }

  @Override
  public Body body(TransformerConfig config, float[] inverseFrequencies) {
    return new LlamaBody(config, inverseFrequencies);
  }

  @Override
  public Optional<GgufForm> gguf() {
    return Optional.of(new Gguf(new LlamaGguf(this, "llama", true)));
  }

  /** A file with a sliding window is a Mistral's: a Llama has none. */
  private record Gguf(LlamaGguf llama) implements GgufForm {

    @Override
    public String architecture() {
      return llama.architecture();
    }

    @Override
    public boolean readsWindow() {
      return true;
    }

    @Override
    public TransformerConfig read(GgufFields metadata) {
      int window = metadata.integer("attention.sliding_window", 0);
      return window == 0 || window >= metadata.integer("context_length")
          ? llama.read(metadata)
          : llama.read(metadata, new Mistral(Windows.ofAll(window)));
    }

    @Override
    public GgufTensor tensor(TransformerConfig config, String parameter) {
      return llama.tensor(config, parameter);
    }
  }
}
