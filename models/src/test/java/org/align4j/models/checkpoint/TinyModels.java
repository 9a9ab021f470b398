package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small random models of every family, and a small GGUF. */
final class TinyModels {

  private TinyModels() {}

  static TransformerConfig config(String family, boolean tied, Rope rope) {
    boolean gpt2 = family.equals("gpt2");
    boolean gemma = family.startsWith("gemma");
    return new TransformerConfig(
        Family.of(family),
        13,
        8,
        12,
        2,
        2,
        gpt2 ? 2 : 1,
        family.equals("qwen3") ? 6 : 4,
        32,
        1e-6,
        rope,
        tied,
        gpt2 || family.equals("qwen2"),
        gpt2,
        gpt2,
        gemma || family.equals("qwen3"),
        gpt2 || gemma ? Activation.GELU_TANH : Activation.SILU,
        OptionalInt.of(3),
        ImmutableList.of(1, 2));
  }

  static Parameters random(TransformerConfig config, ModelHead head, long seed) {
    var random = new Random(seed);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    ParameterShapes.of(config, head)
        .forEach((name, shape) -> {
          int size = 1;
          for (long dimension : shape) {
            size *= (int) dimension;
          }
          arrays.put(name, Nd4j.create(randoms(random, size), shape, 'c'));
        });
    return Parameters.of(arrays);
  }

  static float[] randoms(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /**
   * A one-layer model of the families with rotary positions: V 13, D 8, 2 query and 1 key heads of
   * 4, width 12.
   */
  static GgufBuilder gguf(String architecture) {
    var random = new Random(5);
    var builder =
        new GgufBuilder()
            .put("general.architecture", architecture)
            .put(architecture + ".block_count", 1)
            .put(architecture + ".context_length", 32)
            .put(architecture + ".embedding_length", 8)
            .put(architecture + ".feed_forward_length", 12)
            .put(architecture + ".attention.head_count", 2)
            .put(architecture + ".attention.head_count_kv", 1)
            .put(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f)
            .put("tokenizer.ggml.model", "gpt2")
            .put("tokenizer.ggml.pre", "smollm")
            .put("tokenizer.ggml.tokens", List.of("a", "b", "Ġ", "ab", "Ġab", "<s>", "</s>"))
            .put("tokenizer.ggml.merges", List.of("a b", "Ġ ab"))
            .put("tokenizer.ggml.token_type", List.of(1, 1, 1, 1, 1, 3, 3))
            .put("tokenizer.ggml.bos_token_id", 5)
            .put("tokenizer.ggml.eos_token_id", 6)
            .put("tokenizer.chat_template", "{{ messages[0].content }}{{ eos_token }}")
            .tensor("token_embd.weight", randoms(random, 104), 13, 8)
            .tensor("output_norm.weight", randoms(random, 8), 8)
            .tensor("blk.0.attn_norm.weight", randoms(random, 8), 8)
            .tensor("blk.0.ffn_norm.weight", randoms(random, 8), 8)
            .tensor("blk.0.attn_q.weight", randoms(random, 64), 8, 8)
            .tensor("blk.0.attn_k.weight", randoms(random, 32), 4, 8)
            .tensor("blk.0.attn_v.weight", randoms(random, 32), 4, 8)
            .tensor("blk.0.attn_output.weight", randoms(random, 64), 8, 8)
            .tensor("blk.0.ffn_gate.weight", randoms(random, 96), 12, 8)
            .tensor("blk.0.ffn_up.weight", randoms(random, 96), 12, 8)
            .tensor("blk.0.ffn_down.weight", randoms(random, 96), 8, 12);
    if (architecture.equals("gemma3")) {
      for (String norm : List.of("attn_q_norm", "attn_k_norm")) {
        builder.tensor("blk.0." + norm + ".weight", randoms(random, 4), 4);
      }
      for (String norm : List.of("post_attention_norm", "post_ffw_norm")) {
        builder.tensor("blk.0." + norm + ".weight", randoms(random, 8), 8);
      }
    }
    if (architecture.equals("qwen3")) {
      for (String norm : List.of("attn_q_norm", "attn_k_norm")) {
        builder.tensor("blk.0." + norm + ".weight", randoms(random, 4), 4);
      }
    }
    if (architecture.equals("qwen2")) {
      builder
          .tensor("blk.0.attn_q.bias", randoms(random, 8), 8)
          .tensor("blk.0.attn_k.bias", randoms(random, 4), 4)
          .tensor("blk.0.attn_v.bias", randoms(random, 4), 4);
    }
    return builder;
  }
}
