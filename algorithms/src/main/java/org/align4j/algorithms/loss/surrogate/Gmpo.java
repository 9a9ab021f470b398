package org.align4j.algorithms.loss.surrogate;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.align4j.algorithms.loss.SurrogateOptions;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * GMPO: the geometric mean of a sequence's ratios, each clipped before the mean is taken.
 *
 * <p>{@code L_i = −Â_i exp(mean_t s·min(s·log ρ_t, s·clip(log ρ_t, −ε_low, ε_high)))}, s the sign
 * of the token's advantage, Â_i the mean over the sequence; then the mean over all rows, empty ones
 * too. Zhao et al. 2025, eq. 4; verl 0.9.1 {@code core_algos.py}, compute_policy_loss_geo_mean; TRL
 * 1.16 {@code experimental/gmpo}. An entropy mask scales a sequence's loss by its share of kept
 * tokens; TRL takes the mean over the kept ones.
 */
public final class Gmpo implements PolicyLoss {

  @Override
  public String name() {
    return "gmpo";
  }

  @Override
  public Aggregation aggregation(PolicyLossSettings settings) {
    return Aggregation.SEQ_MEAN_TOKEN_MEAN;
  }

  @Override
  public boolean countsEmptyRows(PolicyLossSettings settings) {
    return true;
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    SurrogateOptions options = settings.options().surrogate();
    INDArray mask = inputs.mask();
    INDArray lengths = inputs.lengths();
    INDArray sign = Transforms.sign(inputs.advantages(), true);
    INDArray logRatio = inputs.logProbs().sub(inputs.oldLogProbs());
    INDArray plain = logRatio.mul(sign);
    INDArray held = Masked.clip(logRatio, -options.gmpoLow(), options.gmpoHigh()).muli(sign);
    INDArray clipped = held.lt(plain).castTo(mask.dataType());
    INDArray smaller = plain.add(held.sub(plain).muli(clipped)).muli(sign);
    INDArray mean = smaller.muli(mask).sum(1).divi(lengths);
    INDArray advantage = inputs.advantages().mul(mask).sum(1).divi(lengths);
    INDArray loss = Masked.spread(Transforms.exp(mean, false).muli(advantage).negi(), mask);
    // Each token moves the mean by 1/length, and the mean moves what every token counts.
    INDArray counts = Masked.column(weights.mul(loss).sum(1).divi(lengths));
    INDArray gradient = sign.mul(sign).muli(clipped.rsub(1)).muli(mask).muli(counts);
    return new Surrogate(loss, gradient, clipped);
  }
}
