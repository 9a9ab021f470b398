package org.align4j.models.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.TokenizerFiles;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.buffer.DataType;

/** A checkpoint in Hugging Face layout: loaded whole, saved whole or not at all. */
public final class HuggingFaceFolder {

  public static final String CONFIG = "config.json";
  static final String GENERATION = "generation_config.json";
  static final String WEIGHTS = "model.safetensors";

  private static final long LARGEST_JSON = 1 << 20;

  private HuggingFaceFolder() {}

  /** Loads a language model. */
  public static Checkpoint load(Path folder) {
    return load(folder, ModelHead.LANGUAGE);
  }

  /** Loads a model with a head of this kind. */
  public static Checkpoint load(Path folder, ModelHead head) {
    StoredCheckpoint text = described(folder);
    var parameters = WeightFiles.load(folder, text.config(), head);
    return new Checkpoint(text.config(), parameters, text.tokenizer(), text.chatTemplate());
  }

  /** Opens a model with a head of this kind; its weights stay as stored. */
  public static StoredCheckpoint open(Path folder, ModelHead head) {
    StoredCheckpoint text = described(folder);
    WeightFiles weights = WeightFiles.open(folder, text.config(), head);
    return new StoredCheckpoint(text.config(), weights, text.tokenizer(), text.chatTemplate());
  }

  /** Everything but the weights. */
  private static StoredCheckpoint described(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadFileException(folder, "is not a folder (%s)", folder);
    }
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new BadFileException(
          folder,
          Files.exists(folder.resolve("adapter_config.json"))
              ? "has no %s but an adapter_config.json: it is a PEFT adapter; merge it into its base"
                  + " model and save that (peft: merge_and_unload().save_pretrained(FOLDER))"
              : "has no %s: it is not a Hugging Face checkpoint",
          CONFIG);
    }
    TransformerConfig config = ConfigJson.read(folder.resolve(CONFIG));
    Optional<Tokenizer> tokenizer = TokenizerFiles.read(folder);
    TransformerConfig ending = config.withEosTokenIds(eosIds(folder, config, tokenizer));
    return new StoredCheckpoint(
        ending,
        StoredWeights.of(Parameters.none(DataType.FLOAT)),
        tokenizer,
        ChatTemplate.read(folder));
  }

  /** Generation settings come before the configuration, that before the tokenizer. */
  private static ImmutableList<Integer> eosIds(
      Path folder, TransformerConfig config, Optional<Tokenizer> tokenizer) {
    Path file = folder.resolve(GENERATION);
    if (Files.exists(file)) {
      JsonNode json = JsonFiles.readObject(file, LARGEST_JSON);
      ImmutableList<Integer> ids = new ConfigFields(file, json).eosTokenIds(config.vocabSize());
      if (!ids.isEmpty()) {
        return ids;
      }
    }
    if (!config.eosTokenIds().isEmpty()) {
      return config.eosTokenIds();
    }
    ImmutableList<Integer> own = tokenizer.map(Tokenizer::eosIds).orElse(ImmutableList.of());
    OptionalInt otherwise = config.family().defaultEos();
    return (own.isEmpty() ? otherwise.stream() : own.stream().mapToInt(id -> id))
        .filter(id -> id < config.vocabSize())
        .boxed()
        .collect(ImmutableList.toImmutableList());
  }

  /** Saves a language model as a new folder. */
  public static void save(Path folder, Checkpoint checkpoint) {
    save(folder, checkpoint, ModelHead.LANGUAGE);
  }

  /** Saves a model with a head of this kind as a new folder, atomically. */
  public static void save(Path folder, Checkpoint checkpoint, ModelHead head) {
    save(folder, checkpoint, head, temporary -> {});
  }

  /**
   * Saves a model with a head of this kind as a new folder, atomically.
   *
   * @param others writes what else belongs into the folder
   */
  public static void save(
      Path folder, Checkpoint checkpoint, ModelHead head, AtomicFiles.Filler others) {
    AtomicFiles.createFolder(
        folder,
        temporary -> {
          writeJson(temporary.resolve(CONFIG), ConfigWriter.config(checkpoint.config(), head));
          writeJson(temporary.resolve(GENERATION), ConfigWriter.generation(checkpoint.config()));
          SafetensorsWriter.writeTo(temporary.resolve(WEIGHTS), checkpoint.parameters());
          checkpoint.tokenizer().ifPresent(tokenizer -> tokenizer.save(temporary));
          checkpoint.chatTemplate().ifPresent(template -> template.save(temporary));
          others.fill(temporary);
        });
  }

  private static void writeJson(Path file, JsonNode json) throws IOException {
    try {
      String text = JsonFiles.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
      Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
