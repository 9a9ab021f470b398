package org.align4j.models.policy;

import java.nio.file.Path;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.adapter.Adapter;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** The frozen model that the policy is kept close to. Owns what is its own alone. */
public final class Reference implements AutoCloseable {

  private final Network network;
  private final @Nullable FrozenWeights owned;

  private Reference(Network network, @Nullable FrozenWeights owned) {
    this.network = network;
    this.owned = owned;
    network.freeze();
  }

  /**
   * The policy as it is now, which later updates do not reach. Of a policy that was loaded and not
   * trained since, its file's weights as they are stored; else a copy. Frozen weights are not
   * copied: the reference of a policy with a new adapter is the base itself. Close it before the
   * policy.
   */
  public static Reference of(Policy policy) {
    Resources resources = policy.network().resources();
    var plain = new Transformer(policy.config(), ModelHead.LANGUAGE);
    if (policy.base().isPresent()) {
      Policy.Base base = policy.base().get();
      boolean identity = policy.adapter().map(Adapter::isIdentity).orElse(false);
      return new Reference(
          policy
              .engine()
              .create(
                  identity ? plain : base.definition(),
                  identity
                      ? Parameters.none(policy.parameters().dataType())
                      : policy.parameters().copy(),
                  base.frozen(),
                  resources),
          null);
    }
    return policy
        .unchangedFile()
        .map(file -> of(StoredCheckpoint.open(file), policy.engine(), resources))
        .orElseGet(() ->
            new Reference(
                policy.engine().create(plain, policy.parameters().copy(), resources), null));
  }

  /** A Hugging Face folder or a GGUF file, its weights as they are stored. */
  public static Reference load(Path path, Engine engine) {
    return of(StoredCheckpoint.open(path), engine, Resources.shared());
  }

  /** Takes over a checkpoint, its weights as its files store them. */
  public static Reference of(StoredCheckpoint checkpoint, Engine engine, Resources resources) {
    FrozenWeights frozen = engine.freeze(checkpoint.weights(), resources);
    try {
      Network network =
          engine.create(
              new Transformer(checkpoint.config(), ModelHead.LANGUAGE),
              Parameters.none(DataType.FLOAT),
              frozen,
              resources);
      return new Reference(network, frozen);
    } catch (RuntimeException e) {
      frozen.close();
      throw e;
    }
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
    if (owned != null) {
      owned.close();
    }
  }
}
