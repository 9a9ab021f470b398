package org.align4j.algorithms.loss.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * SimPO: the mean log-prob of a response's token is its reward, without a reference, and the chosen
 * one must be ahead by a margin: {@code −log σ(β(mean log π(c) − mean log π(r)) − γ)}. Meng et al.
 * 2024, eq. 6; TRL 1.16 {@code experimental/cpo/cpo_trainer.py}, loss_type "simpo" with cpo_alpha
 * 0.
 *
 * @param beta β above 0; 2 to 2.5 in the paper
 * @param margin γ, at least 0; TRL 0.5
 */
public record SimPo(double beta, double margin) implements PolicyPairLoss {

  /** Checks β and γ. */
  public SimPo {
    checkArgument(beta > 0 && Double.isFinite(beta), "beta is %s: it must be above 0", beta);
    checkArgument(
        margin >= 0 && Double.isFinite(margin), "margin is %s: it must be at least 0", margin);
  }

  @Override
  public PairLoss evaluate(ResponseLogProbs chosen, ResponseLogProbs rejected, double kl) {
    Pairs.check("chosen", chosen.policy(), "rejected", rejected.policy());
    INDArray ahead = chosen.mean().subi(rejected.mean());
    INDArray scaled = ahead.mul(beta).subi(margin);
    INDArray gradient = Transforms.sigmoid(scaled.neg(), false).muli(-beta).divi(ahead.length());
    return new PairLoss(
        -Pairs.logSigmoid(scaled).meanNumber().doubleValue(),
        gradient.div(chosen.lengths()),
        gradient.div(rejected.lengths()).negi(),
        Pairs.accuracy(ahead));
  }

  @Override
  public INDArray rewards(ResponseLogProbs side) {
    return side.mean().muli(beta);
  }

  @Override
  public boolean needsReference() {
    return false;
  }
}
