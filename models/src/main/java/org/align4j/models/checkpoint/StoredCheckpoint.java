package org.align4j.models.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A model whose weights stay as its files store them, for networks that do not train them. The
 * files stay open.
 *
 * @param config see {@link Checkpoint}
 * @param weights Hugging Face names and layout, checked to be finite when they are read
 * @param tokenizer where the files have one
 * @param chatTemplate where the files have one
 */
public record StoredCheckpoint(
    TransformerConfig config,
    StoredWeights weights,
    Optional<? extends Tokenizer> tokenizer,
    Optional<ChatTemplate> chatTemplate)
    implements AutoCloseable {

  /** Opens a language model: a Hugging Face folder or a GGUF file. */
  public static StoredCheckpoint open(Path path) {
    if (Files.isDirectory(path)) {
      return HuggingFaceFolder.open(path, ModelHead.LANGUAGE);
    }
    if (Gguf.isNamed(path) || Files.isRegularFile(path)) {
      return Gguf.open(path);
    }
    throw new BadFileException(
        path, "there is no such model (%s): give a Hugging Face folder or a GGUF file", path);
  }

  /** A model in memory, taken over. */
  public static StoredCheckpoint of(Checkpoint checkpoint) {
    return new StoredCheckpoint(
        checkpoint.config(),
        StoredWeights.of(checkpoint.parameters()),
        checkpoint.tokenizer(),
        checkpoint.chatTemplate());
  }

  /** The model without its weights. */
  public Checkpoint withoutWeights() {
    return new Checkpoint(config, Parameters.none(DataType.FLOAT), tokenizer, chatTemplate);
  }

  /** See {@link Checkpoint#withTemplateKwargs}. */
  public StoredCheckpoint withTemplateKwargs(ObjectNode kwargs) {
    Checkpoint text = withoutWeights().withTemplateKwargs(kwargs);
    return new StoredCheckpoint(config, weights, tokenizer, text.chatTemplate());
  }

  @Override
  public void close() {
    weights.close();
  }
}
