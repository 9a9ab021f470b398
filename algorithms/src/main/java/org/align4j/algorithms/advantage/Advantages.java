package org.align4j.algorithms.advantage;

import org.align4j.algorithms.registry.ExtensionException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an estimator answers.
 *
 * @param advantages {@code [B,T]}, whitened where the convention says so, 0 where masked
 * @param returns {@code [B,T]}: the target of the critic, or the return-to-go; 0 where masked
 * @param shapedReturn {@code [B]}: sum of the shaped token rewards (score after baseline and clip,
 *     minus β·KL)
 * @param kl {@code [B,T]}: the KL estimate that entered the reward, before β; 0 where masked
 */
public record Advantages(
    INDArray advantages, INDArray returns, INDArray shapedReturn, INDArray kl) {

  private static final String NOUN = "advantage estimator";

  /**
   * What an estimator, which may be a user's, answers.
   *
   * @throws ExtensionException where it throws, or answers null, another shape or what is not
   *     finite
   */
  public static Advantages of(
      AdvantageEstimator estimator, Experience experience, AdvantageSettings settings) {
    String name = estimator.name();
    Advantages answer =
        ExtensionException.guard(NOUN, name, () -> estimator.estimate(experience, settings));
    INDArray mask = experience.responseMask();
    return new Advantages(
        finite(name, " advantages", answer.advantages, mask),
        finite(name, " returns", answer.returns, mask),
        finite(name, " shapedReturn", answer.shapedReturn, experience.rewards()),
        finite(name, " kl", answer.kl, mask));
  }

  private static INDArray finite(String name, String field, INDArray answer, INDArray expected) {
    double sum =
        ExtensionException.shaped(NOUN, name, field, answer, expected).sumNumber().doubleValue();
    if (!Double.isFinite(sum)) {
      throw new ExtensionException(
          "advantage estimator %s answered%s with a sum of %s: they must be finite"
              .formatted(name, field, sum));
    }
    return answer;
  }
}
