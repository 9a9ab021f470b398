package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.surrogate.PpoClip;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Lengths that an aggregation divides by. */
class AggregationWeightsTest {

  /**
   * verl's "norm" divides by the rows and by the padded length unless it is told one; until 0.7.0
   * not by the rows.
   */
  @Test
  void withoutALengthTheColumnsOfTheMiniBatchAreDividedBy() {
    PolicyLossInputs inputs = PolicyLossInputs.of(ones(2, 4), ones(2, 4), ones(2, 4), ones(2, 4));
    PolicyLossSettings settings = PolicyLossSettings.of(Convention.VERL);
    assertThat(loss(inputs, settings.withAggregation(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM, 0)))
        .isEqualTo(-1);
    assertThat(loss(inputs, settings.withAggregation(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM, 16)))
        .isEqualTo(-0.25);
    assertThat(loss(inputs, settings.withAggregation(Aggregation.TOKEN_SUM_OVER_LENGTH, 0)))
        .isEqualTo(-2);
    assertThat(
            loss(
                inputs,
                settings.withAggregation(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH, 0)))
        .isEqualTo(-1);
  }

  private static double loss(PolicyLossInputs inputs, PolicyLossSettings settings) {
    return new PolicyObjective(new PpoClip(), settings).evaluate(inputs).loss();
  }

  private static INDArray ones(int rows, int columns) {
    return Nd4j.ones(DataType.DOUBLE, rows, columns);
  }
}
