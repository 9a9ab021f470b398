package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.align4j.core.file.BadFileException;
import org.align4j.core.registry.NearestName;
import org.align4j.models.transformer.Families;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.GgufFields;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration out of a GGUF file's metadata, under llama.cpp's keys: finds the family
 * by its {@code general.architecture}, which reads the rest.
 */
final class GgufConfig implements GgufFields {

  private static final String EMBEDDING = "token_embd.weight";
  static final String HEAD = "output.weight";
  static final String ROPE_FACTORS = "rope_freqs.weight";

  private final Path path;
  private final GgufParts file;
  private final GgufMetadata metadata;
  private final String prefix;
  private final GgufForm form;

  private GgufConfig(GgufParts file) {
    this.file = file;
    this.path = file.path();
    this.metadata = file.metadata();
    String name = metadata.string("general.architecture");
    this.prefix = name + ".";
    this.form = form(name);
  }

  private GgufForm form(String name) {
    var families = Families.load().byGgufName();
    Family family = families.get(name);
    if (family == null) {
      throw new BadFileException(
          path,
          "general.architecture is %s: %s are supported; did you mean %s?",
          BadFileException.quote(name),
          String.join(", ", families.keySet()),
          NearestName.of(name, families.keySet()));
    }
    return family.gguf().orElseThrow();
  }

  static TransformerConfig read(GgufParts file) {
    try {
      var reader = new GgufConfig(file);
      reader.refuseWhatIsNotModelled();
      TransformerConfig config = reader.form.read(reader);
      config.family().check(config);
      return config;
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(file.path(), String.valueOf(e.getMessage()), e);
    }
  }

  private void refuseWhatIsNotModelled() {
    refuseUnless(
        integer("expert_count", 0) == 0, "is a mixture of experts: dense models are supported");
    int window = integer("attention.sliding_window", 0);
    refuseUnless(
        form.readsWindow() || window == 0 || window >= integer("context_length"),
        "uses a sliding window of " + window + " positions: full attention is supported");
  }

  @Override
  public int integer(String key) {
    return metadata.integer(prefix + key);
  }

  @Override
  public int integer(String key, int otherwise) {
    return metadata.integer(prefix + key, otherwise);
  }

  @Override
  public double number(String key) {
    Double value = metadata.optionalNumber(prefix + key);
    if (value == null) {
      throw new BadFileException(path, "has no %s%s in its metadata", prefix, key);
    }
    return value;
  }

  @Override
  public double number(String key, double otherwise) {
    return metadata.number(prefix + key, otherwise);
  }

  @Override
  public boolean hasTensor(String name) {
    return file.tensors().containsKey(name);
  }

  @Override
  public void refuseUnless(boolean fine, String sentence) {
    if (!fine) {
      throw new BadFileException(path, "%s", sentence);
    }
  }

  @Override
  public int headDim() {
    int heads = integer("attention.head_count");
    int columns =
        integer("attention.key_length", heads == 0 ? 0 : integer("embedding_length") / heads);
    int values = integer("attention.value_length", columns);
    refuseUnless(
        values == columns,
        "keys have "
            + columns
            + " columns a head, values "
            + values
            + ": equal ones are supported");
    return columns;
  }

  @Override
  public int vocabSize() {
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

  @Override
  public Rope rope(int headDim) {
    int rotated = integer("rope.dimension_count", headDim);
    refuseUnless(
        rotated == headDim,
        "rotates "
            + rotated
            + " of "
            + headDim
            + " columns of a head: rotation of all is supported");
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
    stored.format().decode(stored.data(), MemorySegment.ofArray(factors), factors.length);
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

  @Override
  public boolean tied() {
    StoredTensor head = file.tensors().get(HEAD);
    StoredTensor embedding = file.tensors().get(EMBEDDING);
    return head == null
        || (embedding != null
            && head.format() == embedding.format()
            && head.data().mismatch(embedding.data()) == -1);
  }

  @Override
  public ImmutableList<Integer> eosTokenIds() {
    Set<Integer> ids = new LinkedHashSet<>();
    optional("tokenizer.ggml.eos_token_id").ifPresent(ids::add);
    optional("tokenizer.ggml.eot_token_id").ifPresent(ids::add);
    return ImmutableList.copyOf(ids);
  }

  @Override
  public OptionalInt bosTokenId() {
    return optional("tokenizer.ggml.bos_token_id");
  }

  private OptionalInt optional(String key) {
    @Nullable Integer value = metadata.optionalInteger(key);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
