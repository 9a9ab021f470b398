package org.align4j.models.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.OptionalInt;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.LayerPattern;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.RopeJson;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;

/**
 * Mistral ({@code configuration_mistral.py}): a Llama without biases, whose layers may attend to a
 * sliding window. Its GGUF files say that they are Llama.
 *
 * @param windows the window of all layers, or none
 */
public record Mistral(Windows windows) implements Family {

  /** Without a window; transformers' class has one of 4096. */
  public Mistral() {
    this(Windows.NONE);
  }

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public String className() {
    return "MistralForCausalLM";
  }

  @Override
  public OptionalInt defaultEos() {
    return OptionalInt.of(2);
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    int maxPositions = json.integer("max_position_embeddings", 131_072);
    Rope rope = json.rope(maxPositions);
    json.refuseOtherThanSilu();
    int vocabulary = json.integer("vocab_size", 32_000);
    int hidden = json.integer("hidden_size", 4096);
    int layers = json.integer("num_hidden_layers", 32);
    int heads = json.integer("num_attention_heads", 32);
    return new TransformerConfig(
        new Mistral(WindowKeys.ofAll(json, layers, 4096)),
        vocabulary,
        hidden,
        json.integer("intermediate_size", 14_336),
        layers,
        heads,
        json.integerOrNull("num_key_value_heads", 8, heads),
        LlamaKeys.headDim(json, hidden, heads),
        rope.positions(maxPositions),
        json.number("rms_norm_eps", 1e-6),
        rope,
        json.flag("tie_word_embeddings", false),
        false,
        false,
        false,
        false,
        Activation.SILU,
        json.bosTokenId(vocabulary, OptionalInt.of(1)),
        json.eosTokenIds(vocabulary));
  }

  @Override
  public void write(TransformerConfig config, ObjectNode json) {
    LlamaKeys.writeSizes(config, json);
    WindowKeys.writeAll(windows, json);
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
}
