package org.align4j.models.family;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;

/** Keys of {@code config.json} and checks that the families built like Llama share. */
public final class LlamaKeys {

  private LlamaKeys() {}

  /** Columns of a head: {@code head_dim}, or the share of each where that is absent or null. */
  public static int headDim(ConfigFields json, int hiddenSize, int heads) {
    int share = heads > 0 ? hiddenSize / heads : 0;
    return json.integerOrNull("head_dim", share, share);
  }

  /** Writes the sizes, the epsilon and the activation. */
  public static void writeSizes(TransformerConfig config, ObjectNode json) {
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.intermediateSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("num_key_value_heads", config.keyValueHeads());
    json.put("head_dim", config.headDim());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("rms_norm_eps", config.normEpsilon());
    json.put("hidden_act", "silu");
  }

  /** Rotary positions turn heads of even size, all of each; the gate is a SiLU. */
  public static void check(TransformerConfig config) {
    checkPartlyTurned(config);
    checkWhollyTurned(config.rope());
  }

  /** The same, but that a part of each head may be turned. */
  static void checkPartlyTurned(TransformerConfig config) {
    checkEven(config);
    checkArgument(
        config.activation() == Activation.SILU,
        "activation is %s: this family has SILU",
        config.activation());
  }

  /** Rotary positions fit heads of even size. */
  static void checkEven(TransformerConfig config) {
    checkArgument(
        config.headDim() % 2 == 0,
        "headDim is %s: rotary positions need an even number",
        config.headDim());
    config.rope().checkHeads(config.headDim());
  }

  /** All of a head is turned. */
  static void checkWhollyTurned(Rope rope) {
    checkArgument(
        rope.part() == 1,
        "rotates only a part of each head (partial_rotary_factor %s): this family rotates all",
        rope.part());
  }
}
