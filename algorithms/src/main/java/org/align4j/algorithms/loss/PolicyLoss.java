package org.align4j.algorithms.loss;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.registry.Registry;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The surrogate of a policy update, token by token. Aggregation, off-policy weights, KL term and
 * entropy bonus are the same for all and live in {@link PolicyObjective}.
 */
public interface PolicyLoss extends Named {

  /**
   * Per-token losses and the gradient of their weighted sum. Every array made here is closed when
   * the micro-batch is done, so keep none in a field.
   *
   * @param inputs arrays {@code [B,T]}
   * @param weights {@code [B,T]}: what each token's loss counts in the scalar, 0 where masked
   */
  Surrogate evaluate(PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings);

  /** How its tokens are aggregated: as the settings say, unless the loss is defined otherwise. */
  default Aggregation aggregation(PolicyLossSettings settings) {
    return settings.aggregation();
  }

  /** Whether a mean over rows counts rows without a response token: as the convention says. */
  default boolean countsEmptyRows(PolicyLossSettings settings) {
    return settings.convention().loss().countsEmptyRows();
  }

  /**
   * Whether a token's loss depends on the other sequences of the mini-batch. It then gets all of
   * them at once, at the price of one more forward pass where they are several micro-batches.
   */
  default boolean needsWholeBatch() {
    return false;
  }

  /** All registered losses. */
  static Registry<PolicyLoss> registry() {
    return Registry.load("policy loss", PolicyLoss.class);
  }
}
