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
 * is not built is refused by name. A key that is absent has the default of transformers'
 * configuration class ({@code configuration_llama.py} and so on, 5.24); null is refused where the
 * class refuses it.
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

  /** The class's end-of-sequence token, for a configuration and a tokenizer that name none. */
  static OptionalInt defaultEos(Architecture architecture) {
    return switch (architecture) {
      case LLAMA, MISTRAL -> OptionalInt.of(2);
      case GPT2 -> OptionalInt.of(50_256);
      case QWEN2, QWEN3 -> OptionalInt.empty();
    };
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
        json.path("partial_rotary_factor").asDouble(1) == 1
            && json.path("rope_parameters").path("partial_rotary_factor").asDouble(1) == 1,
        "rotates only a part of each head (partial_rotary_factor): rotation of all is supported");
    refuseSlidingWindow();
  }

  /**
   * A window counts where a layer uses it and the model allows more positions: Mistral's layers
   * all, Qwen's from {@code max_window_layers} on where {@code use_sliding_window} says so; all
   * where it does not say from which.
   */
  private void refuseSlidingWindow() {
    boolean used =
        switch (architecture) {
          case MISTRAL -> true;
          case QWEN2, QWEN3 ->
              flag("use_sliding_window", false)
                  && (json.path("layer_types").isArray()
                      ? json.path("layer_types").toString().contains("sliding_attention")
                      : layers() > integer("max_window_layers", 0));
          case LLAMA, GPT2 -> false;
        };
    JsonNode given = json.path("sliding_window");
    int window = given.isNull() ? 0 : integer("sliding_window", 4096);
    refuseUnless(
        !used || window == 0 || window >= maxPositions(),
        "uses a sliding window of "
            + window
            + " positions"
            + (given.isMissingNode() ? " (the default where sliding_window is absent)" : "")
            + ": full attention is supported");
    for (JsonNode type : json.path("layer_types")) {
      refuseUnless(
          type.asText().equals("full_attention") || (!used && architecture != Architecture.LLAMA),
          "has layers of the type "
              + BadFileException.quote(type.asText())
              + ": full attention is supported");
    }
  }

  private TransformerConfig llama() {
    boolean qwen = architecture == Architecture.QWEN2 || architecture == Architecture.QWEN3;
    int vocabulary = integer("vocab_size", qwen ? 151_936 : 32_000);
    int hidden = integer("hidden_size", 4096);
    int heads = integer("num_attention_heads", 32);
    boolean bias =
        (architecture == Architecture.LLAMA || architecture == Architecture.QWEN3)
            && flag("attention_bias", false);
    checkActivation();
    return new TransformerConfig(
        architecture,
        vocabulary,
        hidden,
        integer("intermediate_size", qwen ? 22_016 : mistral() ? 14_336 : 11_008),
        layers(),
        heads,
        keyValueHeads(heads),
        headDim(hidden, heads),
        maxPositions(),
        number("rms_norm_eps", 1e-6),
        new RopeJson(file, json).read(),
        flag("tie_word_embeddings", false),
        architecture == Architecture.QWEN2 || bias,
        bias,
        architecture == Architecture.LLAMA && flag("mlp_bias", false),
        architecture == Architecture.QWEN3,
        Activation.SILU,
        bos(vocabulary, qwen ? OptionalInt.empty() : OptionalInt.of(1)),
        eosIds(file, json, vocabulary));
  }

  private boolean mistral() {
    return architecture == Architecture.MISTRAL;
  }

  private int layers() {
    return architecture == Architecture.GPT2
        ? integer("n_layer", "num_hidden_layers", 12)
        : integer("num_hidden_layers", 32);
  }

  private int maxPositions() {
    return switch (architecture) {
      case LLAMA -> integer("max_position_embeddings", 2048);
      case MISTRAL -> integer("max_position_embeddings", 131_072);
      case QWEN2, QWEN3 -> integer("max_position_embeddings", 32_768);
      case GPT2 -> integer("n_positions", "max_position_embeddings", 1024);
    };
  }

  /**
   * Null means as many as heads; absent, Mistral's and Qwen's classes have numbers of their own.
   */
  private int keyValueHeads(int heads) {
    JsonNode given = json.path("num_key_value_heads");
    if (given.isNull()) {
      return heads;
    }
    return integer(
        "num_key_value_heads",
        switch (architecture) {
          case MISTRAL -> 8;
          case QWEN2, QWEN3 -> 32;
          case LLAMA, GPT2 -> heads;
        });
  }

  private int headDim(int hidden, int heads) {
    if (architecture == Architecture.QWEN3) {
      return integer("head_dim", 128);
    }
    return json.path("head_dim").isNull()
        ? share(hidden, heads)
        : integer("head_dim", share(hidden, heads));
  }

  private static int share(int hidden, int heads) {
    return heads > 0 ? hidden / heads : 0;
  }

  private TransformerConfig gpt2() {
    refuseUnless(
        flag("scale_attn_weights", true) && !flag("scale_attn_by_inverse_layer_idx", false),
        "scales attention in another way than GPT-2 (scale_attn_weights,"
            + " scale_attn_by_inverse_layer_idx)");
    refuseUnless(
        !flag("add_cross_attention", false), "has cross-attention: decoders are supported");
    int vocabulary = integer("vocab_size", 50_257);
    int hidden = integer("n_embd", "hidden_size", 768);
    int heads = integer("n_head", "num_attention_heads", 12);
    return new TransformerConfig(
        architecture,
        vocabulary,
        hidden,
        json.path("n_inner").isNumber() ? integer("n_inner") : Math.multiplyExact(4, hidden),
        layers(),
        heads,
        heads,
        share(hidden, heads),
        maxPositions(),
        number("layer_norm_epsilon", 1e-5),
        Rope.DEFAULT,
        flag("tie_word_embeddings", true),
        true,
        true,
        true,
        false,
        gelu(),
        bos(vocabulary, OptionalInt.of(50_256)),
        eosIds(file, json, vocabulary));
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

  /** {@code swish} is another name of it. */
  private void checkActivation() {
    String name = json.path("hidden_act").asText("silu");
    refuseUnless(
        name.equals("silu") || name.equals("swish"),
        "hidden_act is " + BadFileException.quote(name) + ": silu is supported");
  }

  private OptionalInt bos(int vocabSize, OptionalInt otherwise) {
    JsonNode node = json.path("bos_token_id");
    OptionalInt id =
        node.isMissingNode()
            ? otherwise
            : node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
    return id.isPresent() && id.getAsInt() >= 0 && id.getAsInt() < vocabSize
        ? id
        : OptionalInt.empty();
  }

  private int integer(String key) {
    JsonNode node = json.path(key);
    if (!node.isInt()) {
      throw new BadFileException(
          file, "%s is %s: it should be an integer", key, BadFileException.quote(node.toString()));
    }
    return node.intValue();
  }

  private int integer(String key, int otherwise) {
    return json.path(key).isMissingNode() ? otherwise : integer(key);
  }

  /** GPT-2's keys have the others' names as aliases ({@code attribute_map}). */
  private int integer(String key, String alias, int otherwise) {
    return integer(key, integer(alias, otherwise));
  }

  private double number(String key, double otherwise) {
    if (json.path(key).isMissingNode()) {
      return otherwise;
    }
    JsonNode node = json.path(key);
    refuseUnless(
        node.isNumber(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be a number");
    return node.doubleValue();
  }

  private boolean flag(String key, boolean otherwise) {
    if (json.path(key).isMissingNode()) {
      return otherwise;
    }
    JsonNode node = json.path(key);
    refuseUnless(
        node.isBoolean(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be true or false");
    return node.booleanValue();
  }

  private void refuseUnless(boolean fine, String sentence) {
    if (!fine) {
      throw new BadFileException(file, "%s", sentence);
    }
  }
}
