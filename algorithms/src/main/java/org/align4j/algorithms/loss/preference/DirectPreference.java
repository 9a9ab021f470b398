package org.align4j.algorithms.loss.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Direct preference optimisation over the log-probs of responses: {@code h = (log π(c) − log π(r))
 * − (log π_ref(c) − log π_ref(r))}. OpenRLHF {@code models/loss.py}, DPOLoss.
 *
 * @param form of the loss
 * @param beta β above 0; 0.1 in Rafailov et al. 2023
 * @param labelSmoothing probability that a label is wrong, in [0, 0.5): above 0 it is cDPO
 * @param length what the log-prob of a response is
 */
public record DirectPreference(Form form, double beta, double labelSmoothing, Length length)
    implements PolicyPairLoss {

  /** The loss as a function of h. */
  public enum Form {
    /** {@code −(1−s) log σ(βh) − s log σ(−βh)}: DPO, eq. 7 of Rafailov et al. 2023; cDPO. */
    LOGISTIC,
    /** {@code (h − 1/(2β))²}: IPO, eq. 17 of Azar et al. 2023. */
    SQUARED
  }

  /** How the log-probs of a response's tokens make one number. */
  public enum Length {
    /** Their sum: DPO's; OpenRLHF's for IPO too. */
    SUM,
    /** Their mean: IPO's as its authors ran it (TRL {@code dpo_trainer.py}, "ipo"). */
    MEAN
  }

  /** DPO of Rafailov et al. 2023. */
  public static DirectPreference dpo(double beta) {
    return new DirectPreference(Form.LOGISTIC, beta, 0, Length.SUM);
  }

  /** DPO that expects a share of the labels to be wrong. */
  public static DirectPreference cdpo(double beta, double labelSmoothing) {
    return new DirectPreference(Form.LOGISTIC, beta, labelSmoothing, Length.SUM);
  }

  /** IPO over the mean log-prob of a token, as TRL has it. */
  public static DirectPreference ipo(double beta) {
    return new DirectPreference(Form.SQUARED, beta, 0, Length.MEAN);
  }

  /** Checks β and the smoothing. */
  public DirectPreference {
    checkArgument(beta > 0 && Double.isFinite(beta), "beta is %s: it must be above 0", beta);
    checkArgument(
        labelSmoothing >= 0 && labelSmoothing < 0.5,
        "labelSmoothing is %s: it must be in [0, 0.5)",
        labelSmoothing);
  }

  /** Loss and gradients by the policy's log-probs of the responses, all {@code [B]}. */
  public PairLoss evaluate(
      INDArray policyChosen, INDArray policyRejected, INDArray refChosen, INDArray refRejected) {
    Pairs.check("policyChosen", policyChosen, "policyRejected", policyRejected);
    Pairs.check("policyChosen", policyChosen, "refChosen", refChosen);
    Pairs.check("policyChosen", policyChosen, "refRejected", refRejected);
    INDArray ahead = policyChosen.sub(policyRejected).subi(refChosen.sub(refRejected));
    INDArray scaled = ahead.mul(beta);
    double loss =
        switch (form) {
          case LOGISTIC ->
              -(1 - labelSmoothing) * Pairs.logSigmoid(scaled).meanNumber().doubleValue()
                  - labelSmoothing * Pairs.logSigmoid(scaled.neg()).meanNumber().doubleValue();
          case SQUARED -> squares(ahead).meanNumber().doubleValue();
        };
    INDArray gradient =
        switch (form) {
          // d/dh: −β ((1−s) σ(−βh) − s σ(βh)) = β (σ(βh) − (1−s)).
          case LOGISTIC -> Transforms.sigmoid(scaled, true).subi(1 - labelSmoothing).muli(beta);
          case SQUARED -> ahead.sub(1 / (2 * beta)).muli(2);
        };
    gradient.divi(ahead.length());
    return new PairLoss(loss, gradient, gradient.neg(), Pairs.accuracy(ahead));
  }

  @Override
  public PairLoss evaluate(ResponseLogProbs chosen, ResponseLogProbs rejected, double kl) {
    if (length == Length.SUM) {
      return evaluate(chosen.policy(), rejected.policy(), chosen.reference(), rejected.reference());
    }
    PairLoss ofMeans =
        evaluate(
            chosen.mean(),
            rejected.mean(),
            chosen.reference().div(chosen.lengths()),
            rejected.reference().div(rejected.lengths()));
    return new PairLoss(
        ofMeans.loss(),
        ofMeans.chosenGradient().div(chosen.lengths()),
        ofMeans.rejectedGradient().div(rejected.lengths()),
        ofMeans.accuracy());
  }

  @Override
  public INDArray rewards(ResponseLogProbs side) {
    return side.logRatio().muli(beta);
  }

  private INDArray squares(INDArray ahead) {
    INDArray distance = ahead.sub(1 / (2 * beta));
    return distance.muli(distance);
  }
}
