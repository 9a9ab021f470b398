package org.align4j.algorithms.loss.surrogate;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.align4j.core.random.CounterRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Clip-Cov: PPO's clip, and a few tokens, drawn among those of high covariance of advantage and
 * log-prob, do not learn.
 *
 * <p>{@code ℓ_t = −min(ρ_t Â_t, clip(ρ_t) Â_t)}, and 0 at {@code max(1, share·N)} random tokens of
 * those unclipped with {@code low < cov_t < high}; no dual clip, no limit of the log-ratio. Cui et
 * al. 2025, eq. 11; verl 0.9.1 {@code core_algos.py}, compute_policy_loss_clip_cov. Means and draw
 * are of the mini-batch; a token's random number depends on the update's key, its row and its
 * column alone.
 */
public final class ClipCov implements PolicyLoss {

  @Override
  public String name() {
    return "clip-cov";
  }

  @Override
  public boolean needsWholeBatch() {
    return true;
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    INDArray ratio =
        Transforms.exp(inputs.logProbs().sub(inputs.oldLogProbs()).muli(inputs.mask()), false);
    ClippedRatio clip =
        ClippedRatio.of(ratio, inputs.advantages(), settings, Double.POSITIVE_INFINITY);
    INDArray dropped = dropped(inputs, clip.clipped(), settings);
    INDArray learns = dropped.rsub(1);
    return new Surrogate(
        clip.losses().muli(learns), clip.slope().mul(ratio).muli(learns).muli(weights), dropped);
  }

  private static INDArray dropped(
      PolicyLossInputs inputs, INDArray clipped, PolicyLossSettings settings) {
    SurrogateOptions options = settings.options().surrogate();
    INDArray mask = inputs.mask();
    double[] covariance = Covariance.of(inputs);
    double[] free = Covariance.flat(mask.mul(clipped.rsub(1)));
    int columns = (int) mask.size(1);
    long key = settings.options().draw();
    int[] drawn =
        IntStream.range(0, covariance.length)
            .filter(i -> free[i] != 0)
            .filter(i -> covariance[i] > options.covLow() && covariance[i] < options.covHigh())
            .boxed()
            .sorted(
                Comparator.comparingLong(
                    (Integer i) -> CounterRandom.bits(key, i / columns, i % columns)))
            .limit(Covariance.count(options.covShare(), mask))
            .mapToInt(Integer::intValue)
            .toArray();
    return Covariance.marks(drawn, mask);
  }
}
