package org.align4j.models.policy;

import java.nio.file.Path;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;

/** The frozen model that the policy is kept close to. Owns its parameters. */
public final class Reference implements AutoCloseable {

  private final Network network;

  private Reference(
      TransformerConfig config, Parameters parameters, Engine engine, Resources resources) {
    this.network =
        engine.create(new Transformer(config, ModelHead.LANGUAGE), parameters, resources);
    network.freeze();
  }

  /** The policy as it is now: a copy, which later updates do not reach. */
  public static Reference of(Policy policy) {
    return new Reference(
        policy.config(), policy.parameters().copy(), policy.engine(), policy.network().resources());
  }

  /** Reads a Hugging Face folder or a GGUF file. */
  public static Reference load(Path path, Engine engine) {
    return of(Checkpoint.load(path), engine, Resources.shared());
  }

  /** Takes over a checkpoint's parameters. */
  public static Reference of(Checkpoint checkpoint, Engine engine, Resources resources) {
    return new Reference(checkpoint.config(), checkpoint.parameters(), engine, resources);
  }

  /** The network, which only scores. */
  public Network network() {
    return network;
  }

  /** Log-probs of the response tokens, {@code [B][T]}, 0 where a sequence has no token. */
  public float[][] logProbs(PackedSequences packed) {
    return SequenceScores.of(network, packed).outputs();
  }

  @Override
  public void close() {
    network.close();
    network.parameters().close();
  }
}
