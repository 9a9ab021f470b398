package org.align4j.algorithms.loss.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * KTO: each response by itself is desirable or not, against a reference point z, the KL of the
 * policy to the reference: {@code w_d (1 − σ(β(h − z)))} and {@code w_u (1 − σ(β(z − h)))} with
 * {@code h = log π − log π_ref}, mean over all responses. Ethayarajh et al. 2024, eq. 8; TRL 1.16
 * {@code kto_trainer.py}. A pair is one example of each kind. z has no gradient.
 *
 * @param beta β above 0; 0.1
 * @param desirable weight w_d of chosen responses, above 0; 1
 * @param undesirable weight w_u of rejected ones, above 0; 1
 */
public record Kto(double beta, double desirable, double undesirable) implements PolicyPairLoss {

  /** Checks β and the weights. */
  public Kto {
    checkArgument(beta > 0 && Double.isFinite(beta), "beta is %s: it must be above 0", beta);
    checkArgument(
        desirable > 0 && Double.isFinite(desirable),
        "desirable is %s: it must be above 0",
        desirable);
    checkArgument(
        undesirable > 0 && Double.isFinite(undesirable),
        "undesirable is %s: it must be above 0",
        undesirable);
  }

  @Override
  public PairLoss evaluate(ResponseLogProbs chosen, ResponseLogProbs rejected, double kl) {
    Pairs.check("chosen", chosen.policy(), "rejected", rejected.policy());
    checkArgument(kl >= 0 && Double.isFinite(kl), "kl is %s: it must be at least 0", kl);
    INDArray good = chosen.logRatio();
    INDArray bad = rejected.logRatio();
    double examples = 2.0 * good.length();
    INDArray gained = Transforms.sigmoid(good.sub(kl).muli(beta), false);
    INDArray spared = Transforms.sigmoid(bad.rsub(kl).muli(beta), false);
    double loss =
        (desirable * gained.rsub(1).sumNumber().doubleValue()
                + undesirable * spared.rsub(1).sumNumber().doubleValue())
            / examples;
    return new PairLoss(
        loss,
        gained.rsub(1).muli(gained).muli(-beta * desirable / examples),
        spared.rsub(1).muli(spared).muli(beta * undesirable / examples),
        Pairs.accuracy(good.sub(bad)));
  }

  @Override
  public INDArray rewards(ResponseLogProbs side) {
    return side.logRatio().muli(beta);
  }

  @Override
  public boolean needsKl() {
    return true;
  }
}
