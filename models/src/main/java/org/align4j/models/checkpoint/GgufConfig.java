package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
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

  private final Path path;
  private final GgufParts file;
  private final GgufMetadata metadata;
  private final String prefix;
  private final GgufForm form;

  private GgufConfig(GgufParts file, GgufForm form) {
    this.file = file;
    this.path = file.path();
    this.metadata = file.metadata();
    this.prefix = form.architecture() + ".";
    this.form = form;
  }

  /** How a file of its architecture holds a model. */
  static GgufForm form(GgufParts file) {
    String name = file.metadata().string("general.architecture");
    var families = Families.load().byGgufName();
    Family family = families.get(name);
    if (family == null) {
      throw new BadFileException(
          file.path(),
          "general.architecture is %s: %s are supported; did you mean %s?",
          BadFileException.quote(name),
          String.join(", ", families.keySet()),
          NearestName.of(name, families.keySet()));
    }
    return family.gguf().orElseThrow();
  }

  static TransformerConfig read(GgufParts file, GgufForm form) {
    try {
      var reader = new GgufConfig(file, form);
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
  public Rope rope() {
    return new GgufRope(file, prefix, headDim()).read();
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
