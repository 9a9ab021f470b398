package org.align4j.models.policy;

import java.nio.file.Path;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.HuggingFaceFolder;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;

/**
 * A value model as large as the policy: its body and a scalar head {@code score.weight [1,D]} drawn
 * from N(0, 1/(D+1)²) (OpenRLHF {@code model.py}). Owns its parameters.
 */
public final class Critic implements AutoCloseable {

  private final Checkpoint checkpoint;
  private final Network network;
  private final @Nullable ScalarModel shared;

  private Critic(Checkpoint checkpoint, Network network, @Nullable ScalarModel shared) {
    this.checkpoint = checkpoint;
    this.network = network;
    this.shared = shared;
  }

  private Critic(Checkpoint checkpoint, Engine engine, Resources resources) {
    this(
        checkpoint,
        engine.create(
            new Transformer(checkpoint.config(), ModelHead.SCALAR),
            checkpoint.parameters(),
            resources),
        null);
  }

  /**
   * A critic that starts from the policy's weights. Frozen weights are shared: that of an adapted
   * policy has an adapter of its own of the same kind, and a head that is trained. Close it before
   * the policy.
   */
  public static Critic of(Policy policy, long seed) {
    Checkpoint body = policy.checkpoint();
    Resources resources = policy.network().resources();
    if (policy.base().isPresent()) {
      ScalarModel model = ScalarModel.on(policy, seed);
      return new Critic(body, model.network(), model);
    }
    Parameters parameters = Initialization.scalarFrom(body.config(), body.parameters(), seed);
    return new Critic(
        new Checkpoint(body.config(), parameters, body.tokenizer(), body.chatTemplate()),
        policy.engine(),
        resources);
  }

  /**
   * Reads a Hugging Face folder with a scalar head: a saved critic, or a reward model to start
   * from.
   */
  public static Critic load(Path path, Engine engine) {
    return new Critic(HuggingFaceFolder.load(path, ModelHead.SCALAR), engine, Resources.shared());
  }

  /** Writes a Hugging Face folder, an adapter merged into its weights. */
  public void save(Path folder) {
    if (shared == null) {
      HuggingFaceFolder.save(folder, checkpoint, ModelHead.SCALAR);
      return;
    }
    try (Checkpoint whole = shared.whole(checkpoint)) {
      HuggingFaceFolder.save(folder, whole, ModelHead.SCALAR);
    }
  }

  /** What the model looks like. */
  public TransformerConfig config() {
    return checkpoint.config();
  }

  /** The network, to train. */
  public Network network() {
    return network;
  }

  /**
   * Values {@code [B][T]}: column t is that of the state before response token t, the hidden state
   * of the token that precedes it; 0 where a sequence has no token.
   */
  public float[][] values(PackedSequences packed) {
    return SequenceScores.of(network, packed).outputs();
  }

  @Override
  public void close() {
    network.close();
    network.parameters().close();
  }
}
