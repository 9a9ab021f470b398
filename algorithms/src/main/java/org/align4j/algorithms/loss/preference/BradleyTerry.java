package org.align4j.algorithms.loss.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The reward model's loss, {@code −log σ(c − r − margin) + centring · (c + r)²}, mean over pairs
 * with rewards c of the chosen and r of the rejected response. Bradley and Terry 1952; margin:
 * Touvron et al. 2023, eq. 2; OpenRLHF {@code models/loss.py}, PairWiseLoss. Centring keeps the
 * rewards, which pairs fix but for a constant, near a mean of 0: Eisenstein et al. 2023, eq. 2; TRL
 * {@code reward_trainer.py}, {@code center_rewards_coefficient}.
 *
 * @param centring coefficient, 0 for none; TRL recommends 0.01
 */
public record BradleyTerry(double centring) {

  /** Without centring. */
  public static final BradleyTerry PLAIN = new BradleyTerry(0);

  /** Checks the coefficient. */
  public BradleyTerry {
    checkArgument(
        centring >= 0 && Double.isFinite(centring),
        "centring is %s: it must be 0 (none) or above",
        centring);
  }

  /**
   * Loss and gradients by the two rewards.
   *
   * @param chosen rewards of the preferred responses {@code [B]}
   * @param rejected rewards of the others {@code [B]}
   * @param margin {@code [B]}, or null for none
   */
  public PairLoss evaluate(INDArray chosen, INDArray rejected, @Nullable INDArray margin) {
    Pairs.check("chosen", chosen, "rejected", rejected);
    INDArray ahead = chosen.sub(rejected);
    double accuracy = Pairs.accuracy(ahead);
    if (margin != null) {
      Pairs.check("chosen", chosen, "margin", margin);
      ahead.subi(margin);
    }
    INDArray gradient = Transforms.sigmoid(ahead.neg(), false).negi().divi(chosen.length());
    INDArray sum = chosen.add(rejected);
    INDArray centre = sum.mul(2 * centring / chosen.length());
    return new PairLoss(
        -Pairs.logSigmoid(ahead).meanNumber().doubleValue()
            + centring * sum.mul(sum).meanNumber().doubleValue(),
        gradient.add(centre),
        centre.sub(gradient),
        accuracy);
  }
}
