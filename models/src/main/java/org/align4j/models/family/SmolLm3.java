package org.align4j.models.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
 * SmolLM3 ({@code configuration_smollm3.py}, {@code modeling_smollm3.py}): a Llama of which some
 * layers, every fourth, have no rotary positions.
 *
 * @param windows layers that attend to a sliding window
 * @param turned layers with rotary positions
 */
public record SmolLm3(Windows windows, LayerPattern turned) implements Family {

  private static final int INTERVAL = 4;
  private static final LayerPattern USUAL = LayerPattern.allButEvery(INTERVAL);

  /** The defaults of transformers' class. */
  public SmolLm3() {
    this(Windows.NONE, USUAL);
  }

  @Override
  public String modelType() {
    return "smollm3";
  }

  @Override
  public String className() {
    return "SmolLM3ForCausalLM";
  }

  @Override
  public OptionalInt defaultEos() {
    return OptionalInt.of(128_001);
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    int maxPositions = json.integer("max_position_embeddings", 32_768);
    Rope rope = json.rope(maxPositions, 2_000_000, maxPositions);
    json.refuseOtherThanSilu();
    int vocabulary = json.integer("vocab_size", 128_256);
    int hidden = json.integer("hidden_size", 2048);
    int layers = json.integer("num_hidden_layers", 36);
    int heads = json.integer("num_attention_heads", 16);
    boolean bias = json.flag("attention_bias", false);
    LayerPattern turned = turned(json, layers);
    LayerPattern usualWindows =
        LayerPattern.of(layers, layer -> !turned.has(layer), LayerPattern.NONE);
    return new TransformerConfig(
        new SmolLm3(WindowKeys.ofSome(json, layers, 0, usualWindows), turned),
        vocabulary,
        hidden,
        json.integer("intermediate_size", 11_008),
        layers,
        heads,
        json.integerOrNull("num_key_value_heads", 4, heads),
        LlamaKeys.headDim(json, hidden, heads),
        rope.positions(maxPositions),
        json.number("rms_norm_eps", 1e-6),
        rope,
        json.flag("tie_word_embeddings", true),
        bias,
        bias,
        json.flag("mlp_bias", false),
        false,
        Activation.SILU,
        json.bosTokenId(vocabulary, OptionalInt.of(128_000)),
        json.eosTokenIds(vocabulary));
  }

  /**
   * {@code no_rope_layers}: 1 for a layer with rotary positions; it may be longer than the model.
   */
  private static LayerPattern turned(ConfigFields json, int layers) {
    JsonNode flags = json.get("no_rope_layers");
    if (flags.isArray()) {
      json.refuseUnless(
          flags.size() >= layers,
          "no_rope_layers has "
              + flags.size()
              + " layers, num_hidden_layers is "
              + layers
              + ": it must have at least as many");
      return LayerPattern.of(layers, layer -> flags.get(layer).asInt() != 0, USUAL);
    }
    int interval = json.integer("no_rope_layer_interval", INTERVAL);
    json.refuseUnless(
        interval > 0, "no_rope_layer_interval is " + interval + ": it must be above 0");
    return LayerPattern.of(layers, layer -> (layer + 1) % interval != 0, USUAL);
  }

  @Override
  public void write(TransformerConfig config, ObjectNode json) {
    LlamaKeys.writeSizes(config, json);
    json.put("attention_bias", config.attentionBias());
    json.put("mlp_bias", config.mlpBias());
    // the class's default is 128,004, which it refuses where the vocabulary is smaller
    json.putNull("pad_token_id");
    ArrayNode flags = json.putArray("no_rope_layers");
    turned.first(config.layers()).forEach(answer -> flags.add(answer ? 1 : 0));
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
    return new LlamaBody(config, inverseFrequencies, windows, turned);
  }

  /** Its files say nothing of the layers: llama.cpp knows that every fourth has no positions. */
  @Override
  public Optional<GgufForm> gguf() {
    return Optional.of(new LlamaGguf(this, "smollm3", true));
  }
}
