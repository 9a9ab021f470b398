package org.align4j.models.family;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.OptionalInt;
import org.align4j.core.engine.Inputs;
import org.align4j.core.file.BadFileException;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.WeightLayout;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.GgufFields;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.GgufTensor;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;

/**
 * GPT-2 ({@code configuration_gpt2.py}, {@code modeling_gpt2.py}): learned positions, layer norms,
 * a fused projection to queries, keys and values, weights stored as {@code [in,out]}.
 */
public record Gpt2() implements Family {

  private static final String EMBEDDING = "transformer.wte.weight";

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String className() {
    return "GPT2LMHeadModel";
  }

  @Override
  public String scalarClassName() {
    return "GPT2ForSequenceClassification";
  }

  @Override
  public String prefix() {
    return "transformer.";
  }

  @Override
  public String embedding() {
    return EMBEDDING;
  }

  @Override
  public OptionalInt defaultEos() {
    return OptionalInt.of(50_256);
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    json.refuseUnless(
        json.flag("scale_attn_weights", true)
            && !json.flag("scale_attn_by_inverse_layer_idx", false),
        "scales attention in another way than GPT-2 (scale_attn_weights,"
            + " scale_attn_by_inverse_layer_idx)");
    json.refuseUnless(
        !json.flag("add_cross_attention", false), "has cross-attention: decoders are supported");
    int vocabulary = json.integer("vocab_size", 50_257);
    int hidden = json.integer("n_embd", "hidden_size", 768);
    int heads = json.integer("n_head", "num_attention_heads", 12);
    return new TransformerConfig(
        this,
        vocabulary,
        hidden,
        json.get("n_inner").isNumber() ? json.integer("n_inner") : Math.multiplyExact(4, hidden),
        json.integer("n_layer", "num_hidden_layers", 12),
        heads,
        heads,
        heads > 0 ? hidden / heads : 0,
        json.integer("n_positions", "max_position_embeddings", 1024),
        json.number("layer_norm_epsilon", 1e-5),
        Rope.DEFAULT,
        json.flag("tie_word_embeddings", true),
        true,
        true,
        true,
        false,
        activation(json),
        json.bosTokenId(vocabulary, OptionalInt.of(50_256)),
        json.eosTokenIds(vocabulary));
  }

  private static Activation activation(ConfigFields json) {
    String name = json.get("activation_function").asText("gelu_new");
    boolean tanh = name.equals("gelu_new") || name.equals("gelu_pytorch_tanh");
    json.refuseUnless(
        tanh || name.equals("gelu"),
        "activation_function is "
            + BadFileException.quote(name)
            + ": gelu_new, gelu_pytorch_tanh and gelu are supported");
    return tanh ? Activation.GELU_TANH : Activation.GELU_ERF;
  }

  @Override
  public void write(TransformerConfig config, ObjectNode json) {
    json.put("n_embd", config.hiddenSize());
    json.put("n_inner", config.intermediateSize());
    json.put("n_layer", config.layers());
    json.put("n_head", config.heads());
    json.put("n_positions", config.maxPositions());
    json.put("layer_norm_epsilon", config.normEpsilon());
    json.put(
        "activation_function", config.activation() == Activation.GELU_ERF ? "gelu" : "gelu_new");
  }

  @Override
  public void check(TransformerConfig config) {
    checkArgument(
        config.keyValueHeads() == config.heads()
            && (long) config.heads() * config.headDim() == config.hiddenSize(),
        "GPT-2 has heads %s, keyValueHeads %s, headDim %s: they must be equal in number and make up"
            + " hiddenSize (%s)",
        config.heads(),
        config.keyValueHeads(),
        config.headDim(),
        config.hiddenSize());
    checkArgument(
        config.activation() != Activation.SILU,
        "activation is %s: GPT-2 has GELU_TANH or GELU_ERF",
        config.activation());
  }

  @Override
  public ImmutableMap<String, long[]> shapes(TransformerConfig config) {
    int hidden = config.hiddenSize();
    int width = config.intermediateSize();
    var shapes =
        new Shapes()
            .matrix("transformer.wte", config.vocabSize(), hidden)
            .matrix("transformer.wpe", config.maxPositions(), hidden);
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "transformer.h." + layer + ".";
      shapes
          .layerNorm(block + "ln_1", hidden)
          .matrix(block + "attn.c_attn", hidden, 3 * hidden)
          .vector(block + "attn.c_attn.bias", 3 * hidden)
          .matrix(block + "attn.c_proj", hidden, hidden)
          .vector(block + "attn.c_proj.bias", hidden)
          .layerNorm(block + "ln_2", hidden)
          .matrix(block + "mlp.c_fc", hidden, width)
          .vector(block + "mlp.c_fc.bias", width)
          .matrix(block + "mlp.c_proj", width, hidden)
          .vector(block + "mlp.c_proj.bias", hidden);
    }
    return shapes.layerNorm("transformer.ln_f", hidden).build();
  }

  @Override
  public Body body(TransformerConfig config, float[] inverseFrequencies) {
    return new Decoder(
        config,
        shapes(config),
        new Heads(config.heads(), config.keyValueHeads(), config.headDim()),
        config.activation() == Activation.GELU_ERF ? Gelu.ERF : Gelu.TANH);
  }

  private record Decoder(
      TransformerConfig config, ImmutableMap<String, long[]> shapes, Heads heads, Gelu gelu)
      implements Body {

    @Override
    public <T> T build(Ops<T> ops, Inputs<T> inputs) {
      int hidden = config.hiddenSize();
      var layers = new Layers<>(ops, shapes, (float) config.normEpsilon(), WeightLayout.IN_OUT);
      T positions = layers.embedding("transformer.wpe.weight", inputs.positions());
      T x = ops.add(layers.embedding(EMBEDDING, inputs.tokens()), positions);
      for (int layer = 0; layer < config.layers(); layer++) {
        String block = "transformer.h." + layer + ".";
        T qkv = layers.linear(layers.layerNorm(x, block + "ln_1"), block + "attn.c_attn");
        T q = ops.columns(qkv, 0, hidden);
        T k = ops.columns(qkv, hidden, 2 * hidden);
        T v = ops.columns(qkv, 2 * hidden, 3 * hidden);
        x = ops.add(x, layers.linear(ops.attention(q, k, v, heads), block + "attn.c_proj"));
        T wide = layers.linear(layers.layerNorm(x, block + "ln_2"), block + "mlp.c_fc");
        x = ops.add(x, layers.linear(ops.gelu(wide, gelu), block + "mlp.c_proj"));
      }
      return layers.layerNorm(x, "transformer.ln_f");
    }
  }

  /** The two output projections of a block are smaller by √(2 · layers). */
  @Override
  public double deviation(TransformerConfig config, String parameter) {
    return parameter.endsWith("c_proj.weight")
        ? Initialization.INITIALIZER_RANGE / Math.sqrt(2.0 * config.layers())
        : Initialization.INITIALIZER_RANGE;
  }

  @Override
  public Optional<GgufForm> gguf() {
    return Optional.of(new Gguf(this));
  }

  private record Gguf(Gpt2 family) implements GgufForm {

    private static final GgufNames NAMES =
        new GgufNames(
            ImmutableMap.of(
                "transformer.wte", "token_embd",
                "transformer.wpe", "position_embd",
                "transformer.ln_f", "output_norm",
                "lm_head", "output"),
            ImmutableMap.of(
                "ln_1", "attn_norm",
                "attn.c_attn", "attn_qkv",
                "attn.c_proj", "attn_output",
                "ln_2", "ffn_norm",
                "mlp.c_fc", "ffn_up",
                "mlp.c_proj", "ffn_down"));

    @Override
    public String architecture() {
      return "gpt2";
    }

    @Override
    public TransformerConfig read(GgufFields metadata) {
      int heads = metadata.integer("attention.head_count");
      return new TransformerConfig(
          family,
          metadata.vocabSize(),
          metadata.integer("embedding_length"),
          metadata.integer("feed_forward_length"),
          metadata.integer("block_count"),
          heads,
          metadata.integer("attention.head_count_kv", heads),
          metadata.headDim(),
          metadata.integer("context_length"),
          metadata.number("attention.layer_norm_epsilon"),
          Rope.DEFAULT,
          metadata.tied(),
          true,
          true,
          true,
          false,
          Activation.GELU_TANH,
          metadata.bosTokenId(),
          metadata.eosTokenIds());
    }

    /** Hugging Face weights are {@code [in,out]}; the converter turns them. */
    @Override
    public GgufTensor tensor(TransformerConfig config, String parameter) {
      String name = NAMES.of(parameter);
      return parameter.contains(".c_") && parameter.endsWith(".weight")
          ? new GgufTensor(name, new GgufTensor.Transposed())
          : GgufTensor.asIs(name);
    }
  }
}
