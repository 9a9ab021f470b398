package org.align4j.models.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Architecture;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;

/** Writes {@code config.json} and {@code generation_config.json}, readable by transformers. */
final class ConfigWriter {

  private ConfigWriter() {}

  static ObjectNode config(TransformerConfig config, ModelHead head) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    String name = config.architecture().className();
    if (head == ModelHead.SCALAR) {
      boolean gpt2 = config.architecture() == Architecture.GPT2;
      String family = name.replace(gpt2 ? "LMHeadModel" : "ForCausalLM", "");
      name = family + "ForSequenceClassification";
      json.putObject("id2label").put("0", "LABEL_0");
      json.putObject("label2id").put("LABEL_0", 0);
    }
    json.putArray("architectures").add(name);
    json.put("model_type", config.architecture().modelType());
    json.put("dtype", "float32");
    json.put("torch_dtype", "float32");
    json.put("vocab_size", config.vocabSize());
    json.put("tie_word_embeddings", config.tieWordEmbeddings());
    tokens(config, json);
    if (config.architecture() == Architecture.GPT2) {
      gpt2(config, json);
    } else {
      llama(config, json);
    }
    return json;
  }

  static ObjectNode generation(TransformerConfig config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    tokens(config, json);
    return json;
  }

  private static void tokens(TransformerConfig config, ObjectNode json) {
    config
        .bosTokenId()
        .ifPresentOrElse(id -> json.put("bos_token_id", id), () -> json.putNull("bos_token_id"));
    ImmutableList<Integer> ids = config.eosTokenIds();
    switch (ids.size()) {
      case 0 -> json.putNull("eos_token_id");
      case 1 -> json.put("eos_token_id", ids.getFirst());
      default -> ids.forEach(json.putArray("eos_token_id")::add);
    }
  }

  private static void gpt2(TransformerConfig config, ObjectNode json) {
    json.put("n_embd", config.hiddenSize());
    json.put("n_inner", config.intermediateSize());
    json.put("n_layer", config.layers());
    json.put("n_head", config.heads());
    json.put("n_positions", config.maxPositions());
    json.put("layer_norm_epsilon", config.normEpsilon());
    json.put(
        "activation_function", config.activation() == Activation.GELU_ERF ? "gelu" : "gelu_new");
  }

  private static void llama(TransformerConfig config, ObjectNode json) {
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.intermediateSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("num_key_value_heads", config.keyValueHeads());
    json.put("head_dim", config.headDim());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("rms_norm_eps", config.normEpsilon());
    json.put("hidden_act", "silu");
    switch (config.architecture()) {
      case LLAMA -> {
        json.put("attention_bias", config.attentionBias());
        json.put("mlp_bias", config.mlpBias());
      }
      case QWEN3 -> {
        json.put("attention_bias", config.attentionBias());
        json.put("use_sliding_window", false);
      }
      case QWEN2 -> json.put("use_sliding_window", false);
      case MISTRAL -> json.putNull("sliding_window");
      case GPT2 -> throw new IllegalStateException("GPT-2 is written by itself");
    }
    RopeJson.write(config.rope(), json);
  }
}
