package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.GgufFields;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.GgufTensor;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.align4j.models.transformer.Windows;

/** GGUF files of Gemma 3's language models ({@code llama.cpp}, {@code LLM_ARCH_GEMMA3}). */
record Gemma3Gguf() implements GgufForm {

  /** Layers of the 27B, the one model whose scores are not divided by sqrt(headDim). */
  private static final int LAYERS_OF_27B = 62;

  private static final GgufNames NAMES =
      new GgufNames(
          ImmutableMap.of(
              "model.embed_tokens", "token_embd",
              "model.norm", "output_norm",
              "lm_head", "output"),
          ImmutableMap.<String, String>builder()
              .put("input_layernorm", "attn_norm")
              .put("self_attn.q_proj", "attn_q")
              .put("self_attn.k_proj", "attn_k")
              .put("self_attn.v_proj", "attn_v")
              .put("self_attn.o_proj", "attn_output")
              .put("self_attn.q_norm", "attn_q_norm")
              .put("self_attn.k_norm", "attn_k_norm")
              .put("post_attention_layernorm", "post_attention_norm")
              .put("pre_feedforward_layernorm", "ffn_norm")
              .put("mlp.gate_proj", "ffn_gate")
              .put("mlp.up_proj", "ffn_up")
              .put("mlp.down_proj", "ffn_down")
              .put("post_feedforward_layernorm", "post_ffw_norm")
              .buildOrThrow());

  @Override
  public String architecture() {
    return "gemma3";
  }

  @Override
  public boolean readsWindow() {
    return true;
  }

  @Override
  public TransformerConfig read(GgufFields metadata) {
    metadata.refuseUnless(
        metadata.number("final_logit_softcapping", 0) == 0
            && metadata.number("attn_logit_softcapping", 0) == 0,
        "has soft caps of logits: Gemma 3 without them is supported");
    int layers = metadata.integer("block_count");
    int hidden = metadata.integer("embedding_length");
    int heads = metadata.integer("attention.head_count");
    int headDim = metadata.headDim();
    int positions = metadata.integer("context_length");
    int window = metadata.integer("attention.sliding_window", 0);
    int period =
        window == 0 ? 1 : metadata.integer("attention.sliding_window_pattern", Gemma3.PERIOD);
    var local = new Rope(metadata.number("rope.freq_base_swa", 10_000), new Rope.Unscaled());
    boolean biased = metadata.hasTensor("blk.0.attn_q.bias");
    return new TransformerConfig(
        new Gemma3(
            layers == LAYERS_OF_27B ? (double) hidden / heads : headDim,
            new Windows(window == 0 ? positions : window, Gemma3.pattern(period, layers)),
            local),
        metadata.vocabSize(),
        hidden,
        metadata.integer("feed_forward_length"),
        layers,
        heads,
        metadata.integer("attention.head_count_kv", heads),
        headDim,
        positions,
        metadata.number("attention.layer_norm_rms_epsilon"),
        metadata.rope(),
        metadata.tied(),
        biased,
        metadata.hasTensor("blk.0.attn_output.bias"),
        false,
        true,
        Activation.GELU_TANH,
        metadata.bosTokenId(),
        metadata.eosTokenIds());
  }

  /** The converter adds 1 to norms, as the model does. */
  @Override
  public GgufTensor tensor(TransformerConfig config, String parameter) {
    String name = NAMES.of(parameter);
    return parameter.endsWith("norm.weight")
        ? new GgufTensor(name, new GgufTensor.OneMore())
        : GgufTensor.asIs(name);
  }
}
