package org.align4j.models.family;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.OptionalInt;
import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
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
 * Phi-3, Phi-3.5 and Phi-4 ({@code configuration_phi3.py}, {@code modeling_phi3.py}): a Llama with
 * one projection to queries, keys and values and one to gate and up, a sliding window and rotation
 * of a part of each head (Phi-4-mini). LongRoPE up to the context of the pre-training.
 *
 * @param windows the window of all layers, or none
 */
public record Phi3(Windows windows) implements Family {

  private static final String EMBEDDING = "model.embed_tokens.weight";

  /** Without a window, the default of transformers' class. */
  public Phi3() {
    this(Windows.NONE);
  }

  @Override
  public String modelType() {
    return "phi3";
  }

  @Override
  public String className() {
    return "Phi3ForCausalLM";
  }

  @Override
  public OptionalInt defaultEos() {
    return OptionalInt.of(32_000);
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    json.refuseOtherThanSilu();
    int maxPositions = json.integer("max_position_embeddings", 4096);
    int original = json.integer("original_max_position_embeddings", 4096);
    Rope rope = json.rope(maxPositions, 10_000, original);
    json.refuseUnless(
        !(rope.scaling() instanceof Rope.LongRope scaling)
            || scaling.originalMaxPositions() == original,
        "has an original_max_position_embeddings among its rotary settings that is not the one"
            + " outside them ("
            + original
            + "), which counts: make both the same");
    int vocabulary = json.integer("vocab_size", 32_064);
    int hidden = json.integer("hidden_size", 3072);
    int layers = json.integer("num_hidden_layers", 32);
    int heads = json.integer("num_attention_heads", 32);
    return new TransformerConfig(
        new Phi3(WindowKeys.ofAll(json, layers, 0)),
        vocabulary,
        hidden,
        json.integer("intermediate_size", 8192),
        layers,
        heads,
        json.integerOrNull("num_key_value_heads", heads, heads),
        LlamaKeys.headDim(json, hidden, heads),
        rope.positions(maxPositions),
        json.number("rms_norm_eps", 1e-5),
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
    // the class's default is 32,000, which it refuses where the vocabulary is smaller
    json.putNull("pad_token_id");
    RopeJson.write(config.rope(), json);
  }

  @Override
  public void check(TransformerConfig config) {
    LlamaKeys.checkPartlyTurned(config);
    Rope.Scaling scaling = config.rope().scaling();
    checkArgument(
        scaling instanceof Rope.Unscaled || scaling instanceof Rope.LongRope,
        "rotary scaling is %s: Phi-3 has none or longrope",
        scaling);
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
          .matrix(block + "self_attn.qkv_proj", queries + 2 * keys, hidden)
          .matrix(block + "self_attn.o_proj", hidden, queries)
          .rmsNorm(block + "post_attention_layernorm", hidden)
          .matrix(block + "mlp.gate_up_proj", 2 * width, hidden)
          .matrix(block + "mlp.down_proj", hidden, width);
    }
    return shapes.rmsNorm("model.norm", hidden).build();
  }

  @Override
  public Body body(TransformerConfig config, float[] inverseFrequencies) {
    return new Decoder(
        config,
        shapes(config),
        windows,
        config.rope().table(inverseFrequencies, config.headDim(), config.maxPositions()));
  }

  private record Decoder(
      TransformerConfig config,
      ImmutableMap<String, long[]> shapes,
      Windows windows,
      RopeTable rope)
      implements Body {

    @Override
    public <T> T build(Ops<T> ops, Inputs<T> inputs) {
      int queries = config.heads() * config.headDim();
      int keys = config.keyValueHeads() * config.headDim();
      int width = config.intermediateSize();
      var layers = new Layers<>(ops, shapes, (float) config.normEpsilon(), WeightLayout.OUT_IN);
      T x = layers.embedding(EMBEDDING, inputs.tokens());
      for (int layer = 0; layer < config.layers(); layer++) {
        String block = LlamaShapes.block(layer);
        T normed = layers.rmsNorm(x, block + "input_layernorm");
        T qkv = layers.linear(normed, block + "self_attn.qkv_proj");
        T q = ops.rope(ops.columns(qkv, 0, queries), rope, inputs.positions());
        T k = ops.rope(ops.columns(qkv, queries, queries + keys), rope, inputs.positions());
        T v = ops.columns(qkv, queries + keys, queries + 2 * keys);
        T attended = ops.attention(q, k, v, windows.heads(config, layer));
        x = ops.add(x, layers.linear(attended, block + "self_attn.o_proj"));
        normed = layers.rmsNorm(x, block + "post_attention_layernorm");
        T wide = layers.linear(normed, block + "mlp.gate_up_proj");
        T gated = ops.swiGlu(ops.columns(wide, 0, width), ops.columns(wide, width, 2 * width));
        x = ops.add(x, layers.linear(gated, block + "mlp.down_proj"));
      }
      return layers.rmsNorm(x, "model.norm");
    }
  }

  @Override
  public Optional<GgufForm> gguf() {
    return Optional.of(new Gguf());
  }

  private record Gguf() implements GgufForm {

    private static final GgufNames NAMES =
        new GgufNames(
            ImmutableMap.of(
                "model.embed_tokens", "token_embd",
                "model.norm", "output_norm",
                "lm_head", "output"),
            ImmutableMap.of(
                "input_layernorm", "attn_norm",
                "self_attn.qkv_proj", "attn_qkv",
                "self_attn.o_proj", "attn_output",
                "post_attention_layernorm", "ffn_norm",
                "mlp.gate_up_proj", "ffn_up",
                "mlp.down_proj", "ffn_down"));

    @Override
    public String architecture() {
      return "phi3";
    }

    @Override
    public boolean readsWindow() {
      return true;
    }

    @Override
    public TransformerConfig read(GgufFields metadata) {
      Rope rope = metadata.rope();
      int heads = metadata.integer("attention.head_count");
      return new TransformerConfig(
          new Phi3(Windows.ofAll(metadata.integer("attention.sliding_window", 0))),
          metadata.vocabSize(),
          metadata.integer("embedding_length"),
          metadata.integer("feed_forward_length"),
          metadata.integer("block_count"),
          heads,
          metadata.integer("attention.head_count_kv", heads),
          metadata.headDim(),
          rope.positions(metadata.integer("context_length")),
          metadata.number("attention.layer_norm_rms_epsilon"),
          rope,
          metadata.tied(),
          false,
          false,
          false,
          false,
          Activation.SILU,
          metadata.bosTokenId(),
          metadata.eosTokenIds());
    }

    @Override
    public GgufTensor tensor(TransformerConfig config, String parameter) {
      return GgufTensor.asIs(NAMES.of(parameter));
    }
  }
}
