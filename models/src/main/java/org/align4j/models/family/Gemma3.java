package org.align4j.models.family;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
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
 * Gemma 3, text ({@code configuration_gemma3.py}, {@code modeling_gemma3.py}): embeddings scaled by
 * {@code sqrt(D)}, norms by weights less one before and after attention and feed-forward block, a
 * gated GELU, and layers that attend to a window, with rotary positions of their own.
 *
 * @param queryScalar scores are divided by its square root
 * @param windows local layers and their window; usually the last of each six is global
 * @param localRope rotary positions of local layers
 */
public record Gemma3(double queryScalar, Windows windows, Rope localRope) implements Family {

  /** Layers of which the last is global. */
  static final int PERIOD = 6;

  private static final LayerPattern USUAL = LayerPattern.allButEvery(PERIOD);

  /** The defaults of transformers' class. */
  public Gemma3() {
    this(256, new Windows(4096, USUAL), Rope.DEFAULT);
  }

  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public String className() {
    return "Gemma3ForCausalLM";
  }

  @Override
  public String scalarClassName() {
    return "Gemma3TextForSequenceClassification";
  }

  @Override
  public OptionalInt defaultEos() {
    return OptionalInt.of(1);
  }

  /** Zeros: the norms add 1. */
  @Override
  public float normWeight() {
    return 0;
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    String activation = json.get("hidden_activation").asText("gelu_pytorch_tanh");
    json.refuseUnless(
        activation.equals("gelu_pytorch_tanh"),
        "has another hidden_activation: gelu_pytorch_tanh is supported");
    for (String cap : ImmutableList.of("final_logit_softcapping", "attn_logit_softcapping")) {
      JsonNode value = json.get(cap);
      json.refuseUnless(
          value.isMissingNode() || value.isNull(),
          "sets " + cap + ": Gemma 3 without soft caps is supported");
    }
    json.refuseUnless(
        !json.get("use_bidirectional_attention").asBoolean(false),
        "has use_bidirectional_attention: causal attention is supported");
    int layers = json.integer("num_hidden_layers", 26);
    int vocabulary = json.integer("vocab_size", 262_208);
    int heads = json.integer("num_attention_heads", 8);
    int maxPositions = json.integer("max_position_embeddings", 131_072);
    boolean bias = json.flag("attention_bias", false);
    return new TransformerConfig(
        new Gemma3(
            json.number("query_pre_attn_scalar", 256),
            new Windows(json.integer("sliding_window", 4096), local(json, layers)),
            json.rope(WindowKeys.LOCAL, "rope_local_base_freq", 10_000, maxPositions)),
        vocabulary,
        json.integer("hidden_size", 2304),
        json.integer("intermediate_size", 9216),
        layers,
        heads,
        json.integer("num_key_value_heads", 4),
        json.integer("head_dim", 256),
        maxPositions,
        json.number("rms_norm_eps", 1e-6),
        json.rope(WindowKeys.GLOBAL, "rope_theta", 1_000_000, maxPositions),
        json.flag("tie_word_embeddings", true),
        bias,
        bias,
        false,
        true,
        Activation.GELU_TANH,
        json.bosTokenId(vocabulary, OptionalInt.of(2)),
        json.eosTokenIds(vocabulary));
  }

  private static LayerPattern local(ConfigFields json, int layers) {
    return WindowKeys.types(json, layers, USUAL)
        .orElseGet(() -> pattern(json.integer("sliding_window_pattern", PERIOD), layers));
  }

  /** The last of so many layers is global. */
  static LayerPattern pattern(int period, int layers) {
    checkArgument(period > 0, "sliding_window_pattern is %s: it must be above 0", period);
    return LayerPattern.of(layers, layer -> (layer + 1) % period != 0, USUAL);
  }

  /** In the form of transformers 5, and the keys that earlier ones read. */
  @Override
  public void write(TransformerConfig config, ObjectNode json) {
    LlamaKeys.writeSizes(config, json);
    json.remove("hidden_act");
    json.put("hidden_activation", "gelu_pytorch_tanh");
    json.put("attention_bias", config.attentionBias());
    if (queryScalar == Math.rint(queryScalar)) {
      json.put("query_pre_attn_scalar", (long) queryScalar);
    } else {
      json.put("query_pre_attn_scalar", queryScalar);
    }
    json.put("sliding_window", windows.size());
    WindowKeys.writeTypes(windows.layers(), config.layers(), json);
    json.putNull("final_logit_softcapping");
    json.putNull("attn_logit_softcapping");
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    RopeJson.write(localRope, own);
    RopeJson.write(config.rope(), json);
    JsonNode global = json.get("rope_parameters");
    json.put("rope_local_base_freq", localRope.theta());
    json.putObject("rope_parameters").set(WindowKeys.GLOBAL, global);
    json.withObject("/rope_parameters").set(WindowKeys.LOCAL, own.get("rope_parameters"));
  }

  @Override
  public void check(TransformerConfig config) {
    LlamaKeys.checkEven(config);
    LlamaKeys.checkWhollyTurned(config.rope());
    LlamaKeys.checkWhollyTurned(localRope);
    checkArgument(
        config.activation() == Activation.GELU_TANH,
        "activation is %s: this family has GELU_TANH",
        config.activation());
    checkArgument(
        queryScalar > 0 && queryScalar < Double.POSITIVE_INFINITY,
        "query_pre_attn_scalar is %s: it must be above 0",
        queryScalar);
    checkArgument(windows.size() > 0, "sliding_window is 0: it must be above 0");
    checkArgument(
        localRope.positions(config.maxPositions()) == config.maxPositions(),
        "maxPositions is %s: rotary scaling of local layers is right for %s",
        config.maxPositions(),
        localRope.positions(config.maxPositions()));
  }

  @Override
  public ImmutableMap<String, long[]> shapes(TransformerConfig config) {
    int hidden = config.hiddenSize();
    int width = config.intermediateSize();
    int queries = config.heads() * config.headDim();
    int keys = config.keyValueHeads() * config.headDim();
    var shapes = new Shapes().matrix("model.embed_tokens", config.vocabSize(), hidden);
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = LlamaShapes.block(layer);
      shapes
          .rmsNorm(block + "input_layernorm", hidden)
          .projection(block + "self_attn.q_proj", queries, hidden, config.attentionBias())
          .projection(block + "self_attn.k_proj", keys, hidden, config.attentionBias())
          .projection(block + "self_attn.v_proj", keys, hidden, config.attentionBias())
          .rmsNorm(block + "self_attn.q_norm", config.headDim())
          .rmsNorm(block + "self_attn.k_norm", config.headDim())
          .projection(block + "self_attn.o_proj", hidden, queries, config.attentionOutputBias())
          .rmsNorm(block + "post_attention_layernorm", hidden)
          .rmsNorm(block + "pre_feedforward_layernorm", hidden)
          .matrix(block + "mlp.gate_proj", width, hidden)
          .matrix(block + "mlp.up_proj", width, hidden)
          .matrix(block + "mlp.down_proj", hidden, width)
          .rmsNorm(block + "post_feedforward_layernorm", hidden);
    }
    return shapes.rmsNorm("model.norm", hidden).build();
  }

  @Override
  public Body body(TransformerConfig config, float[] inverseFrequencies) {
    return new Gemma3Body(this, config, inverseFrequencies);
  }

  @Override
  public Optional<GgufForm> gguf() {
    return Optional.of(new Gemma3Gguf());
  }
}
