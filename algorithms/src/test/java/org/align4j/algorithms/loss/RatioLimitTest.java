package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.surrogate.Gspo;
import org.align4j.algorithms.loss.surrogate.PpoClip;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Where a convention holds the ratio of a token or a sequence at a limit. */
class RatioLimitTest {

  /** A log-ratio of 40 is held at 20 and passes no gradient; the clip alone would pass it. */
  @Test
  void aRatioBeyondTheLimitPassesNoGradientWhereTheConventionHoldsIt() {
    PolicyLossInputs inputs =
        PolicyLossInputs.of(
            Nd4j.createFromArray(new double[][] {{0, -1}}),
            Nd4j.createFromArray(new double[][] {{-40, -1}}),
            Nd4j.createFromArray(new double[][] {{-1, 1}}),
            Nd4j.ones(DataType.DOUBLE, 1, 2));
    for (Convention convention : Convention.ALL) {
      LossResult result =
          new PolicyObjective(
                  new PpoClip(),
                  PolicyLossSettings.of(convention).withDualClip(Double.POSITIVE_INFINITY))
              .evaluate(inputs);
      boolean held = convention == Convention.OPENRLHF || convention == Convention.VERL;
      double ratio = Math.exp(held ? 20 : 40);
      assertThat(result.loss()).isCloseTo((ratio - 1) / 2, within(1e-6 * ratio));
      assertThat(result.gradient().getDouble(0, 0))
          .isCloseTo(held ? 0 : ratio / 2, within(1e-6 * ratio));
    }
  }

  @Test
  void aSequenceRatioBeyondVerlsLimitPassesNoGradient() {
    PolicyLossInputs inputs =
        PolicyLossInputs.of(
            Nd4j.createFromArray(new double[][] {{0, 0}}),
            Nd4j.createFromArray(new double[][] {{-12, -12}}),
            Nd4j.createFromArray(new double[][] {{-1, -1}}),
            Nd4j.ones(DataType.DOUBLE, 1, 2));
    LossResult verl =
        new PolicyObjective(new Gspo(), PolicyLossSettings.of(Convention.VERL)).evaluate(inputs);
    assertThat(verl.loss()).isCloseTo(Math.exp(10), within(1e-8));
    assertThat(verl.gradient().getDouble(0, 0)).isZero();
    LossResult openrlhf =
        new PolicyObjective(new Gspo(), PolicyLossSettings.of(Convention.OPENRLHF))
            .evaluate(inputs);
    assertThat(openrlhf.loss()).isCloseTo(Math.exp(12), within(1e-7));
    assertThat(openrlhf.gradient().getDouble(0, 0)).isCloseTo(Math.exp(12) / 2, within(1e-7));
  }
}
