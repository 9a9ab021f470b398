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

/**
 * A value model as large as the policy: its body and a scalar head {@code score.weight [1,D]} drawn
 * from N(0, 1/(D+1)²) (OpenRLHF {@code model.py}). Owns its parameters.
 */
public final class Critic implements AutoCloseable {

  private final Checkpoint checkpoint;
  private final Network network;

  private Critic(Checkpoint checkpoint, Engine engine, Resources resources) {
    this.checkpoint = checkpoint;
    this.network =
        engine.create(
            new Transformer(checkpoint.config(), ModelHead.SCALAR),
            checkpoint.parameters(),
            resources);
  }

  /** A critic that starts from the policy's weights. */
  public static Critic of(Policy policy, long seed) {
    Checkpoint body = policy.checkpoint();
    Parameters parameters = Initialization.scalarFrom(body.config(), body.parameters(), seed);
    return new Critic(
        new Checkpoint(body.config(), parameters, body.tokenizer(), body.chatTemplate()),
        policy.engine(),
        policy.network().resources());
  }

  /**
   * Reads a Hugging Face folder with a scalar head: a saved critic, or a reward model to start
   * from.
   */
  public static Critic load(Path path, Engine engine) {
    return new Critic(HuggingFaceFolder.load(path, ModelHead.SCALAR), engine, Resources.shared());
  }

  /** Writes a Hugging Face folder. */
  public void save(Path folder) {
    HuggingFaceFolder.save(folder, checkpoint, ModelHead.SCALAR);
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
    checkpoint.parameters().close();
  }
}
