package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;

/**
 * {@code x += norm(attention(norm(x))); x += norm(down(gelu(gate(norm(x))) · up(norm(x))))} for
 * every block, and a last norm; all norms are by {@code 1 + weight}.
 */
final class Gemma3Body implements Body {

  private final Gemma3 family;
  private final TransformerConfig config;
  private final ImmutableMap<String, long[]> shapes;
  private final RopeTable globalRope;
  private final RopeTable localRope;

  Gemma3Body(Gemma3 family, TransformerConfig config, float[] inverseFrequencies) {
    this.family = family;
    this.config = config;
    this.shapes = family.shapes(config);
    int headDim = config.headDim();
    Rope local = family.localRope();
    this.globalRope = config.rope().table(inverseFrequencies, headDim, config.maxPositions());
    this.localRope = local.table(local.inverseFrequencies(headDim), headDim, config.maxPositions());
  }

  @Override
  public <T> T build(Ops<T> ops, Inputs<T> inputs) {
    var layers = new Layers<>(ops, shapes, (float) config.normEpsilon(), WeightLayout.OUT_IN);
    T embedded = layers.embedding("model.embed_tokens.weight", inputs.tokens());
    T x = ops.scale(embedded, (float) Math.sqrt(config.hiddenSize()));
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = LlamaShapes.block(layer);
      T normed = norm(ops, x, block + "input_layernorm");
      T attended = attended(layers, normed, inputs.positions(), layer);
      x = ops.add(x, norm(ops, attended, block + "post_attention_layernorm"));
      normed = norm(ops, x, block + "pre_feedforward_layernorm");
      T gate = layers.linear(normed, block + "mlp.gate_proj");
      T up = layers.linear(normed, block + "mlp.up_proj");
      T fed = layers.linear(ops.geGlu(gate, up), block + "mlp.down_proj");
      x = ops.add(x, norm(ops, fed, block + "post_feedforward_layernorm"));
    }
    return norm(ops, x, "model.norm");
  }

  private <T> T attended(Layers<T> layers, T x, T positions, int layer) {
    Ops<T> ops = layers.ops();
    String block = LlamaShapes.block(layer) + "self_attn.";
    RopeTable rope = family.windows().layers().has(layer) ? localRope : globalRope;
    T q = norm(ops, layers.linear(x, block + "q_proj"), block + "q_norm");
    T k = norm(ops, layers.linear(x, block + "k_proj"), block + "k_norm");
    T v = layers.linear(x, block + "v_proj");
    q = ops.rope(q, rope, positions);
    k = ops.rope(k, rope, positions);
    if (family.queryScalar() != config.headDim()) {
      // attention divides by sqrt(headDim)
      q = ops.scale(q, (float) Math.sqrt(config.headDim() / family.queryScalar()));
    }
    Heads heads = family.windows().heads(config, layer);
    return layers.linear(ops.attention(q, k, v, heads), block + "o_proj");
  }

  private <T> T norm(Ops<T> ops, T x, String name) {
    return ops.rmsNorm(x, ops.parameter(name + ".weight"), (float) config.normEpsilon(), 1);
  }
}
