package example;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An estimator of one's own: the score itself at every response token, less one half. */
public final class HalfBaseline implements AdvantageEstimator {

  @Override
  public String name() {
    return "half-baseline";
  }

  @Override
  public Advantages estimate(Experience experience, AdvantageSettings settings) {
    INDArray mask = experience.responseMask();
    INDArray advantages = mask.mulColumnVector(experience.rewards().sub(0.5).reshape(-1, 1));
    return new Advantages(advantages, advantages, experience.rewards(), mask.mul(0));
  }
}
