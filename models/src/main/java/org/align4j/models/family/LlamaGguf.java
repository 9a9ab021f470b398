package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.GgufFields;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.GgufTensor;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;

/**
 * GGUF files of the families whose parameters are Llama's.
 *
 * @param family whose files they are
 * @param architecture llama.cpp's name of it
 * @param interleaved whether the converter permuted the rows of queries and keys
 */
public record LlamaGguf(Family family, String architecture, boolean interleaved)
    implements GgufForm {

  private static final ImmutableMap<String, String> BLOCK =
      ImmutableMap.<String, String>builder()
          .put("input_layernorm", "attn_norm")
          .put("self_attn.q_proj", "attn_q")
          .put("self_attn.k_proj", "attn_k")
          .put("self_attn.v_proj", "attn_v")
          .put("self_attn.o_proj", "attn_output")
          .put("self_attn.q_norm", "attn_q_norm")
          .put("self_attn.k_norm", "attn_k_norm")
          .put("post_attention_layernorm", "ffn_norm")
          .put("mlp.gate_proj", "ffn_gate")
          .put("mlp.up_proj", "ffn_up")
          .put("mlp.down_proj", "ffn_down")
          .buildOrThrow();

  private static final ImmutableMap<String, String> OUTSIDE =
      ImmutableMap.of(
          "model.embed_tokens", "token_embd", "model.norm", "output_norm", "lm_head", "output");

  private static final GgufNames NAMES = new GgufNames(OUTSIDE, BLOCK);

  @Override
  public TransformerConfig read(GgufFields metadata) {
    return read(metadata, family);
  }

  /** Reads the configuration of another family whose files say that they are this one's. */
  TransformerConfig read(GgufFields metadata, Family other) {
    Rope rope = metadata.rope();
    int heads = metadata.integer("attention.head_count");
    return new TransformerConfig(
        other,
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
        metadata.hasTensor("blk.0.attn_q.bias"),
        metadata.hasTensor("blk.0.attn_output.bias"),
        metadata.hasTensor("blk.0.ffn_gate.bias"),
        metadata.hasTensor("blk.0.attn_q_norm.weight"),
        Activation.SILU,
        metadata.bosTokenId(),
        metadata.eosTokenIds());
  }

  @Override
  public GgufTensor tensor(TransformerConfig config, String parameter) {
    String name = NAMES.of(parameter);
    if (interleaved && parameter.contains(".self_attn.q_proj.")) {
      return new GgufTensor(name, new GgufTensor.Interleaved(config.heads()));
    }
    if (interleaved && parameter.contains(".self_attn.k_proj.")) {
      return new GgufTensor(name, new GgufTensor.Interleaved(config.keyValueHeads()));
    }
    return GgufTensor.asIs(name);
  }
}
