package org.align4j.algorithms.loss.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * ORPO: supervised learning of the chosen response, and a penalty by the odds ratio of the two,
 * without a reference: {@code NLL(c) − β log σ(log odds(c) − log odds(r))}, {@code log odds = x −
 * log(1 − e^x)} of the mean log-prob x. Hong et al. 2024, eq. 4 to 7; TRL 1.16 {@code
 * experimental/orpo/orpo_trainer.py}, odds_ratio_loss. The negative log-likelihood is the mean over
 * the batch's chosen response tokens; TRL's counts the prompts' tokens too.
 *
 * @param beta λ of the paper, above 0; 0.1
 */
public record Orpo(double beta) implements PolicyPairLoss {

  /** Checks β. */
  public Orpo {
    checkArgument(beta > 0 && Double.isFinite(beta), "beta is %s: it must be above 0", beta);
  }

  @Override
  public PairLoss evaluate(ResponseLogProbs chosen, ResponseLogProbs rejected, double kl) {
    Pairs.check("chosen", chosen.policy(), "rejected", rejected.policy());
    INDArray c = chosen.mean();
    INDArray r = rejected.mean();
    INDArray odds = c.sub(r).subi(logRest(c).subi(logRest(r)));
    double tokens = chosen.lengths().sumNumber().doubleValue();
    double nll = -chosen.policy().sumNumber().doubleValue() / tokens;
    // d log odds/dx = 1/(1 − e^x).
    INDArray gradient = Transforms.sigmoid(odds.neg(), false).muli(-beta).divi(odds.length());
    return new PairLoss(
        nll - beta * Pairs.logSigmoid(odds).meanNumber().doubleValue(),
        gradient.div(rest(c)).divi(chosen.lengths()).subi(1 / tokens),
        gradient.div(rest(r)).divi(rejected.lengths()).negi(),
        Pairs.accuracy(c.sub(r)));
  }

  /** {@code 1 − e^x}; a response of probability 1 has the smallest rest that is not 0. */
  private static INDArray rest(INDArray x) {
    return Transforms.max(Transforms.expm1(x, true).negi(), 1e-12, false);
  }

  private static INDArray logRest(INDArray x) {
    return Transforms.log(rest(x), false);
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
