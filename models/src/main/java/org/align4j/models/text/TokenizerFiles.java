package org.align4j.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.FileException;
import org.align4j.core.file.JsonFiles;

/** The tokenizer files of a Hugging Face folder. */
public final class TokenizerFiles {

  static final String TOKENIZER = "tokenizer.json";
  static final String SENTENCEPIECE = "tokenizer.model";
  public static final String CONFIG = "tokenizer_config.json";

  /** Larger than any tokenizer: one with 250,000 tokens and their merges has 30 MB. */
  public static final long LARGEST = 1L << 28;

  private TokenizerFiles() {}

  /**
   * Reads the tokenizer of a folder, if it has one: {@code tokenizer.json}, or else {@code
   * tokenizer.model}.
   */
  public static Optional<Tokenizer> read(Path folder) {
    Path file = folder.resolve(TOKENIZER);
    if (!Files.exists(file)) {
      return Files.exists(folder.resolve(SENTENCEPIECE))
          ? Optional.of(SentencePieceFolder.read(folder))
          : Optional.empty();
    }
    JsonNode json = JsonFiles.readObject(file, LARGEST);
    return Optional.of(
        CharTokenizer.isOne(json)
            ? CharTokenizer.of(file, json)
            : new HuggingFaceTokenizer(
                folder, json, specialTokens(folder), PostProcessor.prefix(json, config(folder))));
  }

  static void write(Path folder, ObjectNode tokenizer, SpecialTokens special) {
    ObjectNode config =
        JsonNodeFactory.instance
            .objectNode()
            .put("tokenizer_class", "PreTrainedTokenizerFast")
            .put("clean_up_tokenization_spaces", false)
            .put("model_max_length", Integer.MAX_VALUE);
    special.writeTo(config);
    AtomicFiles.writeString(folder.resolve(TOKENIZER), text(tokenizer));
    AtomicFiles.writeString(folder.resolve(CONFIG), text(config));
  }

  /** Names of special tokens in {@code tokenizer_config.json}: strings, or objects with content. */
  public static SpecialTokens specialTokens(Path folder) {
    JsonNode config = config(folder);
    return new SpecialTokens(
        token(config, "bos_token"),
        token(config, "eos_token"),
        token(config, "pad_token"),
        token(config, "unk_token"));
  }

  static JsonNode config(Path folder) {
    return json(folder, CONFIG);
  }

  /** A JSON object of a folder; an empty one where there is no such file. */
  static JsonNode json(Path folder, String name) {
    Path file = folder.resolve(name);
    return Files.exists(file)
        ? JsonFiles.readObject(file, LARGEST)
        : JsonNodeFactory.instance.objectNode();
  }

  private static Optional<String> token(JsonNode config, String name) {
    JsonNode node = config.path(name);
    JsonNode content = node.isObject() ? node.path("content") : node;
    return content.isTextual() ? Optional.of(content.textValue()) : Optional.empty();
  }

  /** The contents of those of these files that a folder has. */
  static ImmutableMap<String, byte[]> contents(Path folder, List<String> names) {
    var contents = ImmutableMap.<String, byte[]>builder();
    try {
      for (String name : names) {
        if (Files.isRegularFile(folder.resolve(name))) {
          contents.put(name, Files.readAllBytes(folder.resolve(name)));
        }
      }
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
    return contents.buildOrThrow();
  }

  static void write(Path folder, Map<String, byte[]> files) {
    files.forEach((name, bytes) -> AtomicFiles.writeBytes(folder.resolve(name), bytes));
  }

  private static String text(ObjectNode json) {
    try {
      return JsonFiles.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
