package example;

import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.Surrogate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A loss of one's own: the ratio times the advantage, not clipped; it is its own gradient. */
public final class PlainRatio implements PolicyLoss {

  @Override
  public String name() {
    return "plain-ratio";
  }

  @Override
  public Surrogate evaluate(
      PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
    INDArray ratio = Transforms.exp(inputs.logProbs().sub(inputs.oldLogProbs()), false);
    INDArray losses = ratio.mul(inputs.advantages()).negi();
    return new Surrogate(losses, losses.mul(weights), losses.mul(0));
  }
}
