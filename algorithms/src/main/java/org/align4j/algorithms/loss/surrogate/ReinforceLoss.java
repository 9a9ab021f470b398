package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The plain policy gradient, {@code ℓ_t = −Â_t log π_t}: REINFORCE's loss and GPG's. Williams 1992;
 * verl {@code core_algos.py}, compute_policy_loss_gpg.
 */
public final class ReinforceLoss implements PolicyLoss {

  @Override
  public String name() {
    return "reinforce";
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    INDArray slope = inputs.advantages().neg();
    return new Surrogate(
        slope.mul(inputs.logProbs()), slope.mul(weights), Nd4j.zerosLike(inputs.mask()));
  }
}
