package org.align4j.algorithms.loss.surrogate;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * KL-Cov: the unclipped ratio, and the tokens of highest covariance of advantage and log-prob pay
 * for how far they move.
 *
 * <p>{@code ℓ_t = −ρ_t Â_t}, plus {@code k·|log ρ_t|} at the {@code max(1, share·N)} tokens of the
 * mini-batch with the highest covariance (of equal ones the first). Cui et al. 2025, eq. 13; verl
 * 0.9.1 {@code core_algos.py}, compute_policy_loss_kl_cov. The marked tokens are counted as
 * clipped.
 */
public final class KlCov implements PolicyLoss {

  @Override
  public String name() {
    return "kl-cov";
  }

  @Override
  public boolean needsWholeBatch() {
    return true;
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    SurrogateOptions options = settings.options().surrogate();
    INDArray mask = inputs.mask();
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs()).muli(mask);
    INDArray surrogate = Transforms.exp(logRatio, true).muli(inputs.advantages()).negi();
    INDArray marked = marked(inputs, options.covShare());
    INDArray penalty = marked.mul(options.covPenalty());
    INDArray gradient = Transforms.sign(logRatio, true).muli(penalty).addi(surrogate).muli(weights);
    return new Surrogate(
        Transforms.abs(logRatio, true).muli(penalty).addi(surrogate), gradient, marked);
  }

  private static INDArray marked(PolicyLossInputs inputs, double share) {
    double[] covariance = Covariance.of(inputs);
    double[] counted = Covariance.flat(inputs.mask());
    int[] largest =
        IntStream.range(0, covariance.length)
            .filter(i -> counted[i] != 0)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -covariance[i]))
            .limit(Covariance.count(share, inputs.mask()))
            .mapToInt(Integer::intValue)
            .toArray();
    return Covariance.marks(largest, inputs.mask());
  }
}
