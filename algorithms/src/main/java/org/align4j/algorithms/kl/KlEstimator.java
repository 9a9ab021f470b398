package org.align4j.algorithms.kl;

import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.registry.Registry;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A per-token estimator of KL(π‖π_ref) from {@code Δ = log π − log π_ref} at sampled tokens
 * (Schulman, "Approximating KL divergence"). Element-wise: {@code [B,T]} in, {@code [B,T]} out.
 */
public interface KlEstimator extends Named {

  /** The estimate for each token; a new array. */
  INDArray value(INDArray logRatio);

  /**
   * What the estimator back-propagates to {@code log π}; for a straight-through form this is not
   * the derivative of its value. A new array.
   */
  INDArray derivative(INDArray logRatio);

  /**
   * Whether the derivative is of another estimator than the value (a straight-through form). A
   * clamp of the value then does not stop the gradient.
   */
  default boolean straightThrough() {
    return false;
  }

  /** All registered estimators. */
  static Registry<KlEstimator> registry() {
    return Registry.load("KL estimator", KlEstimator.class);
  }
}
