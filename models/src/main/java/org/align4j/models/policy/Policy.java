package org.align4j.models.policy;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.HuggingFaceFolder;
import org.align4j.models.generate.Generator;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;

/**
 * A language model that samples and is trained: configuration, text and a network with a language
 * head. Owns its parameters.
 */
public final class Policy implements AutoCloseable {

  private final Checkpoint checkpoint;
  private final Engine engine;
  private final Network network;

  private Policy(Checkpoint checkpoint, Engine engine, Network network) {
    this.checkpoint = checkpoint;
    this.engine = engine;
    this.network = network;
  }

  /** Reads a Hugging Face folder or a GGUF file. */
  public static Policy load(Path path, Engine engine) {
    return of(Checkpoint.load(path), engine);
  }

  /** The same with resources of the caller's, to be closed after it. */
  public static Policy load(Path path, Engine engine, Resources resources) {
    return of(Checkpoint.load(path), engine, resources);
  }

  /** Takes over a checkpoint and its parameters. */
  public static Policy of(Checkpoint checkpoint, Engine engine) {
    return of(checkpoint, engine, Resources.shared());
  }

  /** The same with resources of the caller's, to be closed after it. */
  public static Policy of(Checkpoint checkpoint, Engine engine, Resources resources) {
    var transformer = new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
    return new Policy(
        checkpoint, engine, engine.create(transformer, checkpoint.parameters(), resources));
  }

  /** Writes a Hugging Face folder, which {@code transformers} and {@link #load} read. */
  public void save(Path folder) {
    HuggingFaceFolder.save(folder, checkpoint);
  }

  /** Writes the same model with other weights, such as its moving average. */
  public void save(Path folder, Parameters weights) {
    HuggingFaceFolder.save(
        folder,
        new Checkpoint(
            checkpoint.config(), weights, checkpoint.tokenizer(), checkpoint.chatTemplate()));
  }

  /** What the model looks like. */
  public TransformerConfig config() {
    return checkpoint.config();
  }

  /** Parameters, configuration and text of the model, live. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The tokenizer; a model without one is refused. */
  public Tokenizer tokenizer() {
    return checkpoint
        .tokenizer()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the model has no tokenizer: tokenizer.json belongs beside its config.json"));
  }

  /** The chat template, where the model has one. */
  public Optional<ChatTemplate> chatTemplate() {
    return checkpoint.chatTemplate();
  }

  /** What runs the network. */
  public Engine engine() {
    return engine;
  }

  /** The network, to train. */
  public Network network() {
    return network;
  }

  /** The live parameters. */
  public Parameters parameters() {
    return checkpoint.parameters();
  }

  /** Tokens that end a response. */
  public ImmutableSet<Integer> eosIds() {
    return ImmutableSet.copyOf(config().eosTokenIds());
  }

  /**
   * A generator of completions.
   *
   * @param slots most sequences decoded at once
   */
  public Generator generator(int slots) {
    return new Generator(
        network, config().maxPositions(), eosIds(), ids -> tokenizer().decode(ids), slots);
  }

  /** Log-probs and entropies of the response tokens, {@code [B][T]}. */
  public SequenceScores score(PackedSequences packed) {
    return SequenceScores.of(network, packed);
  }

  @Override
  public void close() {
    network.close();
    checkpoint.parameters().close();
  }
}
