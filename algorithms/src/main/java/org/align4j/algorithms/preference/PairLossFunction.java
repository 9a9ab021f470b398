package org.align4j.algorithms.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.loss.preference.PairLoss;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The Bradley–Terry loss as Deeplearning4j wants it. Pairs are stacked: rows {@code [0,B)} of the
 * outputs {@code [2B,1]} are the chosen responses' rewards, the rest those of the rejected ones;
 * the first B labels are the margins. The score is the mean over pairs already, so the network's
 * {@code miniBatch} is off.
 *
 * @param centring as {@link BradleyTerry#centring}
 */
public record PairLossFunction(@JsonProperty("centring") double centring) implements ILossFunction {

  private PairLoss loss(
      INDArray labels, INDArray rewards, IActivation activation, @Nullable INDArray mask) {
    checkArgument(
        activation instanceof ActivationIdentity && mask == null,
        "rewards have no activation but the identity and no mask");
    long pairs = rewards.size(0) / 2;
    checkArgument(
        2 * pairs == rewards.size(0) && rewards.size(1) == 1,
        "rewards [%s,%s] are not those of pairs: [2B,1]",
        rewards.size(0),
        rewards.size(1));
    return new BradleyTerry(centring)
        .evaluate(half(rewards, 0, pairs), half(rewards, pairs, 2 * pairs), half(labels, 0, pairs));
  }

  private static INDArray half(INDArray stacked, long from, long to) {
    return stacked.get(NDArrayIndex.interval(from, to), NDArrayIndex.point(0)).dup();
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    return loss(labels, preOutput, activation, mask).loss();
  }

  /** Not there: a pair's loss is not the sum of two responses' losses. */
  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    throw new UnsupportedOperationException("a loss over pairs has no loss for each response");
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    return gradient(loss(labels, preOutput, activation, mask));
  }

  private static INDArray gradient(PairLoss loss) {
    return Nd4j.concat(0, loss.chosenGradient(), loss.rejectedGradient()).reshape(-1, 1);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    PairLoss loss = loss(labels, preOutput, activation, mask);
    return Pair.of(loss.loss(), gradient(loss));
  }

  @Override
  public String name() {
    return "bradley-terry";
  }
}
