package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.align4j.core.file.BadFileException;
import org.align4j.models.transformer.Activation;
import org.align4j.models.transformer.Architecture;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;

/** Reads the configuration out of a GGUF file's metadata, under llama.cpp's keys. */
final class GgufConfig {

  private static final String EMBEDDING = "token_embd.weight";
  static final String HEAD = "output.weight";
  static final String ROPE_FACTORS = "rope_freqs.weight";

  private final Path path;
  private final GgufParts file;
  private final GgufMetadata metadata;
  private final String prefix;
  private final Architecture architecture;

  private GgufConfig(GgufParts file) {
    this.file = file;
    this.path = file.path();
    this.metadata = file.metadata();
    String name = metadata.string("general.architecture");
    this.prefix = name + ".";
    this.architecture =
        switch (name) {
          case "llama" -> Architecture.LLAMA;
          case "qwen2" -> Architecture.QWEN2;
          case "qwen3" -> Architecture.QWEN3;
          case "gpt2" -> Architecture.GPT2;
          default ->
              throw new BadFileException(
                  path,
                  "general.architecture is %s: llama, qwen2, qwen3 and gpt2 are supported",
                  BadFileException.quote(name));
        };
  }

  static TransformerConfig read(GgufParts file) {
    try {
      return new GgufConfig(file).config();
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(file.path(), String.valueOf(e.getMessage()), e);
    }
  }

  private TransformerConfig config() {
    refuseWhatIsNotModelled();
    boolean gpt2 = architecture == Architecture.GPT2;
    int heads = metadata.integer(prefix + "attention.head_count");
    int hidden = metadata.integer(prefix + "embedding_length");
    int headDim =
        metadata.integer(prefix + "attention.key_length", heads == 0 ? 0 : hidden / heads);
    checkHeads(headDim);
    return new TransformerConfig(
        architecture,
        vocabSize(),
        hidden,
        metadata.integer(prefix + "feed_forward_length"),
        metadata.integer(prefix + "block_count"),
        heads,
        metadata.integer(prefix + "attention.head_count_kv", heads),
        headDim,
        metadata.integer(prefix + "context_length"),
        epsilon(gpt2),
        gpt2 ? Rope.DEFAULT : rope(headDim),
        tied(),
        gpt2 || has("blk.0.attn_q.bias"),
        gpt2 || has("blk.0.attn_output.bias"),
        gpt2 || has("blk.0.ffn_gate.bias"),
        has("blk.0.attn_q_norm.weight"),
        gpt2 ? Activation.GELU_TANH : Activation.SILU,
        optional("tokenizer.ggml.bos_token_id"),
        eosTokenIds());
  }

  private void refuseWhatIsNotModelled() {
    if (metadata.integer(prefix + "expert_count", 0) > 0) {
      throw new BadFileException(path, "is a mixture of experts: dense models are supported");
    }
    int context = metadata.integer(prefix + "context_length");
    int window = metadata.integer(prefix + "attention.sliding_window", 0);
    if (window > 0 && window < context) {
      throw new BadFileException(
          path, "uses a sliding window of %s positions: full attention is supported", window);
    }
  }

  private void checkHeads(int headDim) {
    int values = metadata.integer(prefix + "attention.value_length", headDim);
    int rotated = metadata.integer(prefix + "rope.dimension_count", headDim);
    if (values != headDim) {
      throw new BadFileException(
          path,
          "keys have %s columns a head, values %s: equal ones are supported",
          headDim,
          values);
    }
    if (architecture != Architecture.GPT2 && rotated != headDim) {
      throw new BadFileException(
          path,
          "rotates %s of %s columns of a head: rotation of all is supported",
          rotated,
          headDim);
    }
  }

  private int vocabSize() {
    StoredTensor embedding = file.tensors().get(EMBEDDING);
    if (embedding == null) {
      throw new BadFileException(
          path, "has no tensor %s: it is not a complete language model", EMBEDDING);
    }
    long rows = embedding.shape()[0];
    if (rows > Integer.MAX_VALUE) {
      throw new BadFileException(path, "tensor %s has %s rows", EMBEDDING, rows);
    }
    return (int) rows;
  }

  private double epsilon(boolean gpt2) {
    String key = prefix + "attention.layer_norm_" + (gpt2 ? "epsilon" : "rms_epsilon");
    Double value = metadata.optionalNumber(key);
    if (value == null) {
      throw new BadFileException(path, "has no %s in its metadata", key);
    }
    return value;
  }

  private Rope rope(int headDim) {
    double theta = metadata.number(prefix + "rope.freq_base", 10_000);
    String type = metadata.optionalString(prefix + "rope.scaling.type");
    double factor =
        metadata.number(
            prefix + "rope.scaling.factor", metadata.number(prefix + "rope.scale_linear", 1));
    if (type != null && !type.equals("none") && !type.equals("linear")) {
      throw new BadFileException(
          path,
          "has rotary scaling %s: none, linear and llama3 are supported",
          BadFileException.quote(type));
    }
    StoredTensor factors = file.tensors().get(ROPE_FACTORS);
    if (factors != null) {
      return llama3(theta, headDim, factors);
    }
    boolean scaled = !"none".equals(type) && factor != 1 && factor != 0;
    return new Rope(theta, scaled ? new Rope.Linear(factor) : new Rope.Unscaled());
  }

  /**
   * GGUF keeps llama3 scaling as divisors of the frequencies. Every published model has low factor
   * 1, high factor 4, 8,192 original positions: the largest divisor is the factor, and the rest
   * must follow from it.
   */
  private Rope llama3(double theta, int headDim, StoredTensor stored) {
    if (stored.elements() != headDim / 2) {
      throw new BadFileException(
          path, "%s has %s factors for heads of %s", ROPE_FACTORS, stored.elements(), headDim);
    }
    float[] factors = new float[headDim / 2];
    stored.encoding().decode(stored.data(), MemorySegment.ofArray(factors), factors.length);
    float largest = 1;
    for (float factor : factors) {
      largest = Math.max(largest, factor);
    }
    var rope = new Rope(theta, new Rope.Llama3(largest, 1, 4, 8192));
    float[] plain = new Rope(theta, new Rope.Unscaled()).inverseFrequencies(headDim);
    float[] scaled = rope.inverseFrequencies(headDim);
    for (int i = 0; i < factors.length; i++) {
      if (!(Math.abs(plain[i] / scaled[i] / factors[i] - 1) < 1e-3)) {
        throw new BadFileException(
            path,
            "%s is not what llama3 scaling (factor %s, low 1, high 4, 8192 positions) gives: other"
                + " rotary scaling is not supported; load the Hugging Face folder of the model",
            ROPE_FACTORS,
            largest);
      }
    }
    return rope;
  }

  /** A head that is absent, or the same bytes as the embedding. */
  private boolean tied() {
    StoredTensor head = file.tensors().get(HEAD);
    StoredTensor embedding = file.tensors().get(EMBEDDING);
    return head == null
        || (embedding != null
            && head.encoding() == embedding.encoding()
            && head.data().mismatch(embedding.data()) == -1);
  }

  private ImmutableList<Integer> eosTokenIds() {
    Set<Integer> ids = new LinkedHashSet<>();
    optional("tokenizer.ggml.eos_token_id").ifPresent(ids::add);
    optional("tokenizer.ggml.eot_token_id").ifPresent(ids::add);
    return ImmutableList.copyOf(ids);
  }

  private OptionalInt optional(String key) {
    @Nullable Integer value = metadata.optionalInteger(key);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private boolean has(String tensor) {
    return file.tensors().containsKey(tensor);
  }
}
