package org.align4j.models.transformer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.OptionalInt;
import org.align4j.core.Experimental;

/**
 * A model family: all that is special about models of one {@code model_type}. Adding one is one
 * class and one line in {@code META-INF/services}, also from a jar of the user.
 *
 * <p>Make it a record: what only this family has in {@code config.json} are its components, {@link
 * #read} answers a configuration whose {@code family} has them set, and configurations are equal
 * where they are. A constructor without arguments is what the service loader calls.
 */
@Experimental
public interface Family {

  /** The registered family of this {@code model_type}; the error names the nearest known one. */
  static Family of(String modelType) {
    return Families.load().of(modelType);
  }

  /** {@code model_type} in {@code config.json}: the family's name. */
  String modelType();

  /** The language model's entry in {@code architectures} of {@code config.json}. */
  String className();

  /** The entry of a model with a scalar head. */
  default String scalarClassName() {
    return className().replace("ForCausalLM", "ForSequenceClassification");
  }

  /** Prefix of most parameter names, and files sometimes leave out. */
  default String prefix() {
    return "model.";
  }

  /** The embedding's name. */
  default String embedding() {
    return "model.embed_tokens.weight";
  }

  /** The end of a sequence, for a configuration and a tokenizer that name none. */
  default OptionalInt defaultEos() {
    return OptionalInt.empty();
  }

  /**
   * Reads {@code config.json}. A key that is absent has the default of transformers' class; what
   * changes the model's numbers and is not built is refused by name.
   */
  TransformerConfig read(ConfigFields json);

  /**
   * Writes what {@link #read} reads, beside {@code architectures}, {@code model_type}, {@code
   * vocab_size}, {@code tie_word_embeddings} and the ids of tokens, which are there already.
   */
  void write(TransformerConfig config, ObjectNode json);

  /**
   * Checks what this family asks of a configuration beyond what all do.
   *
   * @throws IllegalArgumentException with what is wrong, both sides and the remedy
   */
  void check(TransformerConfig config);

  /**
   * Names and shapes of the parameters, without a head, as Hugging Face checkpoints have them, in
   * the order of the forward pass. Whether a projection has a bias is decided here alone.
   */
  ImmutableMap<String, long[]> shapes(TransformerConfig config);

  /**
   * The network up to its last norm.
   *
   * @param inverseFrequencies of rotary positions, one for two columns that are turned: {@code
   *     [headDim/2]} unless a part of a head is; a family that has none leaves them
   */
  Body body(TransformerConfig config, float[] inverseFrequencies);

  /** Deviation of the normal distribution that a new matrix is drawn from. */
  default double deviation(TransformerConfig config, String parameter) {
    return Initialization.INITIALIZER_RANGE;
  }

  /** Weights of a new norm. */
  default float normWeight() {
    return 1;
  }

  /** How GGUF files hold it, where they have a name for it. */
  default Optional<GgufForm> gguf() {
    return Optional.empty();
  }
}
