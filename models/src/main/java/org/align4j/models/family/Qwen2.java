package org.align4j.models.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.OptionalInt;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.LayerPattern;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.RopeJson;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;

/**
 * Qwen2 and Qwen2.5 ({@code configuration_qwen2.py}): a Llama whose queries, keys and values have a
 * bias.
 *
 * @param windows layers that attend to a sliding window
 */
public record Qwen2(Windows windows) implements Family {

  /** Full attention, the default of transformers' class. */
  public Qwen2() {
    this(Windows.NONE);
  }

  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public String className() {
    return "Qwen2ForCausalLM";
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    int maxPositions = json.integer("max_position_embeddings", 32_768);
    Rope rope = json.rope(maxPositions);
    json.refuseOtherThanSilu();
    int vocabulary = json.integer("vocab_size", 151_936);
    int hidden = json.integer("hidden_size", 4096);
    int layers = json.integer("num_hidden_layers", 32);
    int heads = json.integer("num_attention_heads", 32);
    return new TransformerConfig(
        new Qwen2(WindowKeys.ofQwen(json, layers)),
        vocabulary,
        hidden,
        json.integer("intermediate_size", 22_016),
        layers,
        heads,
        json.integerOrNull("num_key_value_heads", 32, heads),
        LlamaKeys.headDim(json, hidden, heads),
        rope.positions(maxPositions),
        json.number("rms_norm_eps", 1e-6),
        rope,
        json.flag("tie_word_embeddings", false),
        true,
        false,
        false,
        false,
        Activation.SILU,
        json.bosTokenId(vocabulary, OptionalInt.empty()),
        json.eosTokenIds(vocabulary));
  }

  @Override
  public void write(TransformerConfig config, ObjectNode json) {
    LlamaKeys.writeSizes(config, json);
    WindowKeys.writeSome(windows, config.layers(), json);
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
    return new LlamaBody(config, inverseFrequencies, windows, LayerPattern.ALL);
  }

  @Override
  public Optional<GgufForm> gguf() {
    return Optional.of(new LlamaGguf(this, "qwen2", false));
  }
}
