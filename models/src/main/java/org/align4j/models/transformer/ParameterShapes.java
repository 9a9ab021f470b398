package org.align4j.models.transformer;

import com.google.common.collect.ImmutableMap;

/**
 * Names and shapes of a model's parameters, as its Hugging Face checkpoint has them, in the order
 * of the forward pass.
 */
public final class ParameterShapes {

  /** The embedding's name in every family but GPT-2. */
  public static final String EMBEDDING = "model.embed_tokens.weight";

  /** The embedding's name in GPT-2. */
  public static final String GPT2_EMBEDDING = "transformer.wte.weight";

  /** The untied head's name. */
  public static final String LANGUAGE_HEAD = "lm_head.weight";

  /** The scalar head's name. */
  public static final String SCALAR_HEAD = "score.weight";

  private final TransformerConfig config;
  private final ImmutableMap.Builder<String, long[]> shapes = ImmutableMap.builder();

  private ParameterShapes(TransformerConfig config) {
    this.config = config;
  }

  /** Shapes by name; a tied language head adds none. */
  public static ImmutableMap<String, long[]> of(TransformerConfig config, ModelHead head) {
    var made = new ParameterShapes(config);
    if (config.architecture() == Architecture.GPT2) {
      made.gpt2();
    } else {
      made.llama();
    }
    if (head == ModelHead.SCALAR) {
      made.shapes.put(SCALAR_HEAD, new long[] {1, config.hiddenSize()});
    } else if (!config.tieWordEmbeddings()) {
      made.shapes.put(LANGUAGE_HEAD, new long[] {config.vocabSize(), config.hiddenSize()});
    }
    return made.shapes.buildOrThrow();
  }

  private void llama() {
    int hidden = config.hiddenSize();
    int width = config.intermediateSize();
    int queries = config.heads() * config.headDim();
    int keys = config.keyValueHeads() * config.headDim();
    shapes.put(EMBEDDING, new long[] {config.vocabSize(), hidden});
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "model.layers." + layer + ".";
      vector(block + "input_layernorm.weight", hidden);
      projection(block + "self_attn.q_proj", queries, hidden, config.attentionBias());
      projection(block + "self_attn.k_proj", keys, hidden, config.attentionBias());
      projection(block + "self_attn.v_proj", keys, hidden, config.attentionBias());
      if (config.qkNorm()) {
        vector(block + "self_attn.q_norm.weight", config.headDim());
        vector(block + "self_attn.k_norm.weight", config.headDim());
      }
      projection(block + "self_attn.o_proj", hidden, queries, config.attentionOutputBias());
      vector(block + "post_attention_layernorm.weight", hidden);
      projection(block + "mlp.gate_proj", width, hidden, config.mlpBias());
      projection(block + "mlp.up_proj", width, hidden, config.mlpBias());
      projection(block + "mlp.down_proj", hidden, width, config.mlpBias());
    }
    vector("model.norm.weight", hidden);
  }

  private void gpt2() {
    int hidden = config.hiddenSize();
    int width = config.intermediateSize();
    shapes.put(GPT2_EMBEDDING, new long[] {config.vocabSize(), hidden});
    shapes.put("transformer.wpe.weight", new long[] {config.maxPositions(), hidden});
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "transformer.h." + layer + ".";
      layerNorm(block + "ln_1", hidden);
      projection(block + "attn.c_attn", hidden, 3 * hidden, false);
      vector(block + "attn.c_attn.bias", 3 * hidden);
      projection(block + "attn.c_proj", hidden, hidden, true);
      layerNorm(block + "ln_2", hidden);
      projection(block + "mlp.c_fc", hidden, width, false);
      vector(block + "mlp.c_fc.bias", width);
      projection(block + "mlp.c_proj", width, hidden, false);
      vector(block + "mlp.c_proj.bias", hidden);
    }
    layerNorm("transformer.ln_f", hidden);
  }

  private void layerNorm(String name, int size) {
    vector(name + ".weight", size);
    vector(name + ".bias", size);
  }

  private void projection(String name, int rows, int columns, boolean bias) {
    shapes.put(name + ".weight", new long[] {rows, columns});
    if (bias) {
      vector(name + ".bias", rows);
    }
  }

  private void vector(String name, int size) {
    shapes.put(name, new long[] {size});
  }
}
