package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.align4j.models.transformer.Body;
import org.align4j.models.transformer.LayerPattern;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;

/**
 * The pre-norm decoder of the families that are built like Llama: {@code x += attention(norm(x)); x
 * += down(silu(gate(norm(x))) · up(norm(x)))} for every block, and a last norm; positions are
 * rotary.
 */
public final class LlamaBody implements Body {

  private final TransformerConfig config;
  private final ImmutableMap<String, long[]> shapes;
  private final RopeTable rope;
  private final Windows windows;
  private final LayerPattern turned;

  /** The decoder with full attention and these inverse frequencies {@code [headDim/2]}. */
  public LlamaBody(TransformerConfig config, float[] inverseFrequencies) {
    this(config, inverseFrequencies, Windows.NONE, LayerPattern.ALL);
  }

  /**
   * The decoder with these inverse frequencies {@code [headDim/2]}.
   *
   * @param windows of the layers' attention
   * @param turned layers with rotary positions; the others have none
   */
  public LlamaBody(
      TransformerConfig config, float[] inverseFrequencies, Windows windows, LayerPattern turned) {
    this.config = config;
    this.shapes = LlamaShapes.of(config);
    this.rope = config.rope().table(inverseFrequencies, config.headDim(), config.maxPositions());
    this.windows = windows;
    this.turned = turned;
  }

  @Override
  public <T> T build(Ops<T> ops, Inputs<T> inputs) {
    var layers = new Layers<>(ops, shapes, (float) config.normEpsilon(), WeightLayout.OUT_IN);
    T x = layers.embedding("model.embed_tokens.weight", inputs.tokens());
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = LlamaShapes.block(layer);
      T normed = layers.rmsNorm(x, block + "input_layernorm");
      T q = layers.linear(normed, block + "self_attn.q_proj");
      T k = layers.linear(normed, block + "self_attn.k_proj");
      T v = layers.linear(normed, block + "self_attn.v_proj");
      if (config.qkNorm()) {
        q = layers.rmsNorm(q, block + "self_attn.q_norm");
        k = layers.rmsNorm(k, block + "self_attn.k_norm");
      }
      if (turned.has(layer)) {
        q = ops.rope(q, rope, inputs.positions());
        k = ops.rope(k, rope, inputs.positions());
      }
      T attended = ops.attention(q, k, v, windows.heads(config, layer));
      x = ops.add(x, layers.linear(attended, block + "self_attn.o_proj"));
      normed = layers.rmsNorm(x, block + "post_attention_layernorm");
      T gate = layers.linear(normed, block + "mlp.gate_proj");
      T up = layers.linear(normed, block + "mlp.up_proj");
      x = ops.add(x, layers.linear(ops.swiGlu(gate, up), block + "mlp.down_proj"));
    }
    return layers.rmsNorm(x, "model.norm");
  }
}
