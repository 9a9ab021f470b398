package org.align4j.algorithms.advantage.estimator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.convention.Convention;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Scores relative to how often a prompt is solved. */
class MaxRlTest {

  /** Solved once in four: mean 1/4, so 3 and −1; never solved, or with a mean below 0: nothing. */
  @Test
  void maxrlWeighsAPromptByTheInverseOfHowOftenItIsSolved() {
    Experience experience =
        Experience.of(
            Nd4j.ones(DataType.DOUBLE, 8, 1),
            Nd4j.zeros(DataType.DOUBLE, 8, 1),
            null,
            Nd4j.createFromArray(1.0, 0, 0, 0, 0, 0, -2, 1),
            Groups.of(0, 0, 0, 0, 1, 1, 2, 2));
    for (Convention convention : Convention.ALL) {
      INDArray got =
          new MaxRl().estimate(experience, AdvantageSettings.of(convention)).advantages();
      double[] advantages = {3, -1, -1, -1, 0, 0, 0, 0};
      assertThat(got.reshape(8).toDoubleVector())
          .as(convention.name())
          .containsExactly(advantages, within(1e-12));
    }
  }
}
