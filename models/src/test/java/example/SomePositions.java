package example;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.OptionalInt;
import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.align4j.models.family.Layers;
import org.align4j.models.family.LlamaKeys;
import org.align4j.models.family.LlamaShapes;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.RopeJson;
import org.align4j.models.transformer.TransformerConfig;

/**
 * A family of one's own: a Llama whose layers rotate queries and keys only in part, every {@code
 * interval}-th does not. What only this family has in {@code config.json} is a component.
 */
public record SomePositions(int interval) implements Family {

  /** For the service loader; {@link #read} sets the interval. */
  public SomePositions() {
    this(1);
  }

  @Override
  public String modelType() {
    return "some_positions";
  }

  @Override
  public String className() {
    return "SomePositionsForCausalLM";
  }

  @Override
  public TransformerConfig read(ConfigFields json) {
    json.refuseOtherThanSilu();
    json.refuseOtherThanFullAttention();
    int vocabulary = json.integer("vocab_size");
    int hidden = json.integer("hidden_size");
    int heads = json.integer("num_attention_heads");
    int positions = json.integer("max_position_embeddings", 4096);
    return new TransformerConfig(
        new SomePositions(json.integer("no_rope_layer_interval", 4)),
        vocabulary,
        hidden,
        json.integer("intermediate_size"),
        json.integer("num_hidden_layers"),
        heads,
        json.integer("num_key_value_heads", heads),
        LlamaKeys.headDim(json, hidden, heads),
        positions,
        json.number("rms_norm_eps", 1e-6),
        json.rope(positions),
        json.flag("tie_word_embeddings", true),
        false,
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
    json.put("no_rope_layer_interval", interval);
    RopeJson.write(config.rope(), json);
  }

  @Override
  public void check(TransformerConfig config) {
    LlamaKeys.check(config);
    if (interval < 1) {
      throw new IllegalArgumentException(
          "no_rope_layer_interval is " + interval + ": it must be above 0");
    }
  }

  @Override
  public ImmutableMap<String, long[]> shapes(TransformerConfig config) {
    return LlamaShapes.of(config);
  }

  @Override
  public Body body(TransformerConfig config, float[] inverseFrequencies) {
    return new Decoder(
        config,
        shapes(config),
        new Heads(config.heads(), config.keyValueHeads(), config.headDim()),
        new RopeTable(inverseFrequencies, config.maxPositions()),
        interval);
  }

  private record Decoder(
      TransformerConfig config,
      ImmutableMap<String, long[]> shapes,
      Heads heads,
      RopeTable rope,
      int interval)
      implements Body {

    @Override
    public <T> T build(Ops<T> ops, Inputs<T> inputs) {
      var layers = new Layers<>(ops, shapes, (float) config.normEpsilon(), WeightLayout.OUT_IN);
      T x = layers.embedding("model.embed_tokens.weight", inputs.tokens());
      for (int layer = 0; layer < config.layers(); layer++) {
        String block = "model.layers." + layer + ".";
        T normed = layers.rmsNorm(x, block + "input_layernorm");
        T q = layers.linear(normed, block + "self_attn.q_proj");
        T k = layers.linear(normed, block + "self_attn.k_proj");
        T v = layers.linear(normed, block + "self_attn.v_proj");
        if ((layer + 1) % interval != 0) {
          q = ops.rope(q, rope, inputs.positions());
          k = ops.rope(k, rope, inputs.positions());
        }
        T attended = ops.attention(q, k, v, heads);
        x = ops.add(x, layers.linear(attended, block + "self_attn.o_proj"));
        normed = layers.rmsNorm(x, block + "post_attention_layernorm");
        T gate = layers.linear(normed, block + "mlp.gate_proj");
        T up = layers.linear(normed, block + "mlp.up_proj");
        x = ops.add(x, layers.linear(ops.swiGlu(gate, up), block + "mlp.down_proj"));
      }
      return layers.rmsNorm(x, "model.norm");
    }
  }
}
