package org.align4j.algorithms.loss;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The reward model's loss, {@code −log σ(r_chosen − r_rejected − margin)}, mean over pairs. Bradley
 * and Terry 1952; margin: Touvron et al. 2023, eq. 2; OpenRLHF {@code models/loss.py},
 * PairWiseLoss.
 */
public final class BradleyTerry {

  private BradleyTerry() {}

  /**
   * Loss and gradients by the two rewards.
   *
   * @param chosen rewards of the preferred responses {@code [B]}
   * @param rejected rewards of the others {@code [B]}
   * @param margin {@code [B]}, or null for none
   */
  public static PairLoss evaluate(INDArray chosen, INDArray rejected, @Nullable INDArray margin) {
    Pairs.check("chosen", chosen, "rejected", rejected);
    INDArray ahead = chosen.sub(rejected);
    if (margin != null) {
      Pairs.check("chosen", chosen, "margin", margin);
      ahead.subi(margin);
    }
    INDArray gradient = Transforms.sigmoid(ahead.neg(), false).negi().divi(chosen.length());
    return new PairLoss(
        -Pairs.logSigmoid(ahead).meanNumber().doubleValue(),
        gradient,
        gradient.neg(),
        Pairs.accuracy(chosen.sub(rejected)));
  }
}
