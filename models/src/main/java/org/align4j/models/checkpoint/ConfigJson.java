package org.align4j.models.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Architecture;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;

/**
 * Reads {@code config.json}, as transformers 4 and 5 write it. What changes the model's numbers and
 * is not built is refused by name; defaults are those of transformers' configuration classes.
 */
final class ConfigJson {

  private static final long LARGEST = 1 << 20;

  private final Path file;
  private final JsonNode json;
  private final Architecture architecture;

  private ConfigJson(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
    this.architecture = architecture();
  }

  static TransformerConfig read(Path file) {
    return parse(file, JsonFiles.readObject(file, LARGEST));
  }

  static TransformerConfig parse(Path file, JsonNode json) {
    try {
      var reader = new ConfigJson(file, json);
      reader.refuseWhatIsNotModelled();
      return reader.architecture == Architecture.GPT2 ? reader.gpt2() : reader.llama();
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Ids under {@code eos_token_id}: none, one or a list. Those outside the vocabulary (a class
   * default in the configuration of a small model) can never come and are left out.
   */
  static ImmutableList<Integer> eosIds(Path file, JsonNode json, int vocabSize) {
    JsonNode node = json.path("eos_token_id");
    if (node.isMissingNode() || node.isNull()) {
      return ImmutableList.of();
    }
    var ids = ImmutableList.<Integer>builder();
    for (JsonNode id : node.isArray() ? node : ImmutableList.of(node)) {
      if (!id.isInt() || id.intValue() < 0) {
        throw new BadFileException(
            file,
            "eos_token_id is %s: it should be an id or a list of ids",
            BadFileException.quote(node.toString()));
      }
      if (id.intValue() < vocabSize) {
        ids.add(id.intValue());
      }
    }
    return ids.build();
  }

  private Architecture architecture() {
    String type = json.path("model_type").asText("");
    return Arrays.stream(Architecture.values())
        .filter(known -> known.modelType().equals(type))
        .findFirst()
        .orElseThrow(() ->
            new BadFileException(
                file,
                "model_type is '%s': %s are supported",
                BadFileException.quote(type),
                Arrays.stream(Architecture.values())
                    .map(Architecture::modelType)
                    .collect(Collectors.joining(", "))));
  }

  private void refuseWhatIsNotModelled() {
    refuseUnless(
        json.path("quantization_config").isMissingNode()
            || json.path("quantization_config").isNull(),
        "has a quantization_config: weights in F32, F16 or BF16 are supported");
    refuseUnless(
        number("partial_rotary_factor", 1) == 1
            && json.path("rope_parameters").path("partial_rotary_factor").asDouble(1) == 1,
        "rotates only a part of each head (partial_rotary_factor): rotation of all is supported");
    refuseSlidingWindow();
  }

  private void refuseSlidingWindow() {
    boolean used =
        switch (architecture) {
          case MISTRAL -> true;
          case QWEN2, QWEN3 -> flag("use_sliding_window", false);
          case LLAMA, GPT2 -> false;
        };
    int window = json.path("sliding_window").asInt(0);
    refuseUnless(
        !used || window == 0 || window >= integer("max_position_embeddings", Integer.MAX_VALUE),
        "uses a sliding window of " + window + " positions: full attention is supported");
    for (JsonNode type : json.path("layer_types")) {
      refuseUnless(
          type.asText().equals("full_attention") || (!used && architecture != Architecture.LLAMA),
          "has layers of the type "
              + BadFileException.quote(type.asText())
              + ": full attention is supported");
    }
  }

  private TransformerConfig llama() {
    int hidden = integer("hidden_size");
    int heads = integer("num_attention_heads");
    boolean bias = architecture != Architecture.MISTRAL && flag("attention_bias", false);
    int headDim =
        architecture == Architecture.QWEN3
            ? integer("head_dim", 128)
            : integer("head_dim", heads > 0 ? hidden / heads : 0);
    checkActivation("hidden_act", "silu");
    return new TransformerConfig(
        architecture,
        integer("vocab_size"),
        hidden,
        integer("intermediate_size"),
        integer("num_hidden_layers"),
        heads,
        integer("num_key_value_heads", architecture == Architecture.LLAMA ? heads : defaultKeys()),
        headDim,
        integer("max_position_embeddings", 2048),
        number("rms_norm_eps", 1e-6),
        new RopeJson(file, json).read(),
        flag("tie_word_embeddings", false),
        architecture == Architecture.QWEN2 || bias,
        architecture != Architecture.QWEN2 && bias,
        architecture == Architecture.LLAMA && flag("mlp_bias", false),
        architecture == Architecture.QWEN3,
        Activation.SILU,
        bos(integer("vocab_size")),
        eosIds(file, json, integer("vocab_size")));
  }

  /** The classes' defaults; every published checkpoint writes the number. */
  private int defaultKeys() {
    return architecture == Architecture.MISTRAL ? 8 : 32;
  }

  private TransformerConfig gpt2() {
    refuseUnless(
        flag("scale_attn_weights", true) && !flag("scale_attn_by_inverse_layer_idx", false),
        "scales attention in another way than GPT-2 (scale_attn_weights,"
            + " scale_attn_by_inverse_layer_idx)");
    refuseUnless(
        !flag("add_cross_attention", false), "has cross-attention: decoders are supported");
    int hidden = integer("n_embd", 768);
    int heads = integer("n_head", 12);
    return new TransformerConfig(
        architecture,
        integer("vocab_size", 50257),
        hidden,
        json.path("n_inner").isNumber() ? integer("n_inner") : Math.multiplyExact(4, hidden),
        integer("n_layer", 12),
        heads,
        heads,
        heads > 0 ? hidden / heads : 0,
        integer("n_positions", 1024),
        number("layer_norm_epsilon", 1e-5),
        Rope.DEFAULT,
        flag("tie_word_embeddings", true),
        true,
        true,
        true,
        false,
        gelu(),
        bos(integer("vocab_size", 50257)),
        eosIds(file, json, integer("vocab_size", 50257)));
  }

  private Activation gelu() {
    String name = json.path("activation_function").asText("gelu_new");
    return switch (name) {
      case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
      case "gelu" -> Activation.GELU_ERF;
      default ->
          throw new BadFileException(
              file,
              "activation_function is %s: gelu_new, gelu_pytorch_tanh and gelu are supported",
              BadFileException.quote(name));
    };
  }

  private void checkActivation(String key, String supported) {
    String name = json.path(key).asText(supported);
    refuseUnless(
        name.equals(supported),
        key + " is " + BadFileException.quote(name) + ": " + supported + " is supported");
  }

  private OptionalInt bos(int vocabSize) {
    JsonNode node = json.path("bos_token_id");
    return node.isInt() && node.intValue() >= 0 && node.intValue() < vocabSize
        ? OptionalInt.of(node.intValue())
        : OptionalInt.empty();
  }

  private int integer(String key) {
    JsonNode node = json.path(key);
    if (!node.isInt()) {
      throw new BadFileException(
          file,
          "%s is %s: it should be an integer",
          key,
          node.isMissingNode() ? "missing" : BadFileException.quote(node.toString()));
    }
    return node.intValue();
  }

  private int integer(String key, int otherwise) {
    return isAbsent(key) ? otherwise : integer(key);
  }

  private double number(String key, double otherwise) {
    if (isAbsent(key)) {
      return otherwise;
    }
    JsonNode node = json.path(key);
    refuseUnless(
        node.isNumber(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be a number");
    return node.doubleValue();
  }

  private boolean flag(String key, boolean otherwise) {
    if (isAbsent(key)) {
      return otherwise;
    }
    JsonNode node = json.path(key);
    refuseUnless(
        node.isBoolean(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be true or false");
    return node.booleanValue();
  }

  private boolean isAbsent(String key) {
    return json.path(key).isMissingNode() || json.path(key).isNull();
  }

  private void refuseUnless(boolean fine, String sentence) {
    if (!fine) {
      throw new BadFileException(file, "%s", sentence);
    }
  }
}
