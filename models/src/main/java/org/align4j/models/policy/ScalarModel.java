package org.align4j.models.policy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.adapter.Adapter;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.Transformer;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A scalar head on the frozen weights of a policy: its trained parameters are an adapter of its
 * own, or the same parts as the policy's, and {@code score.weight}. Close it before the policy.
 *
 * @param network to train; its parameters are owned
 * @param adapter where the policy has one
 * @param frozen the policy's
 */
public record ScalarModel(Network network, Optional<Adapter> adapter, FrozenWeights frozen)
    implements AutoCloseable {

  /** On a policy with frozen weights, at its beginning. */
  public static ScalarModel on(Policy policy, long seed) {
    Policy.Base base = policy.base().orElseThrow();
    TransformerConfig config = policy.config();
    var scalar = new Transformer(config, ModelHead.SCALAR);
    Optional<Adapter> own = policy.adapter().map(a -> Adapter.create(scalar, a.settings(), seed));
    Parameters trained =
        own.map(Adapter::parameters)
            .orElseGet(() -> bodyOf(policy).copy())
            .and(Initialization.scalarHead(config, seed));
    Network network =
        policy
            .engine()
            .create(
                own.<NetworkDefinition>map(a -> a.network(scalar)).orElse(scalar),
                trained,
                base.frozen(),
                policy.network().resources());
    return new ScalarModel(network, own, base.frozen());
  }

  private static Parameters bodyOf(Policy policy) {
    return policy.parameters().only(name -> !name.equals(ParameterShapes.LANGUAGE_HEAD));
  }

  /** Copies of all weights of the whole model, an adapter merged into them: what a folder holds. */
  public Checkpoint whole(Checkpoint body) {
    Parameters trained = network.parameters();
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (String name : ParameterShapes.of(body.config(), ModelHead.SCALAR).keySet()) {
      arrays.put(name, trained.contains(name) ? trained.get(name).dup('c') : frozen.load(name));
    }
    Parameters weights = Parameters.of(arrays);
    adapter.ifPresent(a -> a.mergeInto(weights));
    return new Checkpoint(body.config(), weights, body.tokenizer(), body.chatTemplate());
  }

  @Override
  public void close() {
    network.close();
    network.parameters().close();
  }
}
