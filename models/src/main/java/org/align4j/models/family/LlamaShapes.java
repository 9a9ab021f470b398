package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;
import org.align4j.models.transformer.TransformerConfig;

/** Parameters of the families whose names and shapes are Llama's. */
public final class LlamaShapes {

  private LlamaShapes() {}

  /** Names start with {@code model.}, biases and norms of heads are where the settings say. */
  public static ImmutableMap<String, long[]> of(TransformerConfig config) {
    int hidden = config.hiddenSize();
    int width = config.intermediateSize();
    int queries = config.heads() * config.headDim();
    int keys = config.keyValueHeads() * config.headDim();
    var shapes = new Shapes().matrix("model.embed_tokens", config.vocabSize(), hidden);
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = block(layer);
      shapes
          .rmsNorm(block + "input_layernorm", hidden)
          .projection(block + "self_attn.q_proj", queries, hidden, config.attentionBias())
          .projection(block + "self_attn.k_proj", keys, hidden, config.attentionBias())
          .projection(block + "self_attn.v_proj", keys, hidden, config.attentionBias());
      if (config.qkNorm()) {
        shapes
            .rmsNorm(block + "self_attn.q_norm", config.headDim())
            .rmsNorm(block + "self_attn.k_norm", config.headDim());
      }
      shapes
          .projection(block + "self_attn.o_proj", hidden, queries, config.attentionOutputBias())
          .rmsNorm(block + "post_attention_layernorm", hidden)
          .projection(block + "mlp.gate_proj", width, hidden, config.mlpBias())
          .projection(block + "mlp.up_proj", width, hidden, config.mlpBias())
          .projection(block + "mlp.down_proj", hidden, width, config.mlpBias());
    }
    return shapes.rmsNorm("model.norm", hidden).build();
  }

  /** Prefix of the names of a block. */
  static String block(int layer) {
    return "model.layers." + layer + ".";
  }
}
