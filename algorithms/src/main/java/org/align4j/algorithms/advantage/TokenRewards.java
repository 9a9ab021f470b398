package org.align4j.algorithms.advantage;

import org.align4j.algorithms.kl.TokenKl;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scores and KL as token rewards: {@code r_t = 1[t is the last response token]·s − β·KL_t}. Paper,
 * eq. 4; OpenRLHF {@code models/utils.py}, compute_reward; verl {@code ray_trainer.py},
 * apply_kl_penalty.
 */
public final class TokenRewards {

  private final INDArray mask;
  private final INDArray kl;
  private final double coefficient;

  private TokenRewards(INDArray mask, INDArray kl, double coefficient) {
    this.mask = mask;
    this.kl = kl;
    this.coefficient = coefficient;
  }

  /** The KL of an experience under the settings' estimator and clamp. */
  public static TokenRewards of(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    INDArray reference = experience.refLogProbs();
    INDArray kl =
        reference == null
            ? Nd4j.zerosLike(mask)
            : TokenKl.of(
                    settings.klEstimator(), settings.convention().klClamp(settings.klEstimator()))
                .value(experience.logProbs(), reference, mask);
    return new TokenRewards(mask, kl, settings.klCoefficient());
  }

  /** The KL estimate {@code [B,T]}, 0 where masked. */
  public INDArray kl() {
    return kl;
  }

  /** Token rewards {@code [B,T]} of scores {@code [B]}. */
  public INDArray withScores(INDArray scores) {
    return Masked.spread(scores, Masked.last(mask)).subi(kl.mul(coefficient));
  }

  /** Sum of the token rewards of each row {@code [B]}; the score of an empty row counts. */
  public INDArray total(INDArray scores) {
    return scores.sub(kl.sum(1).muli(coefficient));
  }
}
