package org.align4j.models.checkpoint;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.TransformerConfig;

/**
 * A model in files: configuration, weights, tokenizer.
 *
 * @param config the configuration; its EOS ids are those of the generation settings where they
 *     differ
 * @param parameters float32, Hugging Face names and layout, in the order of the forward pass
 * @param tokenizer where the files have one
 * @param chatTemplate where the files have one
 */
public record Checkpoint(
    TransformerConfig config,
    Parameters parameters,
    Optional<? extends Tokenizer> tokenizer,
    Optional<ChatTemplate> chatTemplate)
    implements AutoCloseable {

  /** Loads a language model: a Hugging Face folder or a GGUF file. */
  public static Checkpoint load(Path path) {
    if (Files.isDirectory(path)) {
      return HuggingFaceFolder.load(path);
    }
    if (Gguf.isNamed(path) || Files.isRegularFile(path)) {
      return Gguf.load(path);
    }
    throw new BadFileException(
        path, "there is no such model (%s): give a Hugging Face folder or a GGUF file", path);
  }

  /**
   * The same model, whose chat template gets these names for every conversation.
   *
   * @throws IllegalArgumentException where there are some and the model has no chat template
   */
  public Checkpoint withTemplateKwargs(ObjectNode kwargs) {
    checkArgument(
        kwargs.isEmpty() || chatTemplate.isPresent(),
        "the model has no chat template that could be told %s",
        kwargs);
    return new Checkpoint(
        config, parameters, tokenizer, chatTemplate.map(template -> template.withKwargs(kwargs)));
  }

  /** Frees the weights. */
  @Override
  public void close() {
    parameters.close();
  }
}
