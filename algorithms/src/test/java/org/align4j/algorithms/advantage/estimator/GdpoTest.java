package org.align4j.algorithms.advantage.estimator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.ImmutableDoubleArray;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.advantage.RewardParts;
import org.align4j.algorithms.convention.Convention;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Several rewards, each normalised by itself. */
class GdpoTest {

  private static Experience twoRewards() {
    return Experience.of(
            Nd4j.ones(DataType.DOUBLE, 4, 2),
            Nd4j.zeros(DataType.DOUBLE, 4, 2),
            null,
            Nd4j.createFromArray(101.0, 1.0, 100.0, 0.0),
            Groups.of(0, 0, 0, 0))
        .withParts(
            new RewardParts(
                Nd4j.createFromArray(new double[][] {{1, 1, 0, 0}, {100, 0, 100, 0}}),
                ImmutableDoubleArray.of(1, 1)));
  }

  /** Both rewards have the same pattern but for the place, so they weigh the same: 1, 0, 0, −1. */
  @Test
  void gdpoGivesALargeRewardNoMoreWeightThanASmallOne() {
    INDArray got =
        new Gdpo().estimate(twoRewards(), AdvantageSettings.of(Convention.VERL)).advantages();
    // ±1/σ with σ² = 4/7 over eight tokens, ddof 1; the ε of both divisions are 1e-6 and below.
    double expected = Math.sqrt(7 / 4.0);
    double[][] advantages = {{expected, expected}, {0, 0}, {0, 0}, {-expected, -expected}};
    assertThat(got.equalsWithEps(Nd4j.createFromArray(advantages), 1e-5)).isTrue();
  }

  @Test
  void gdpoNeedsAScoreOfEveryRewardForEachSample() {
    assertThatThrownBy(() ->
            twoRewards()
                .withParts(
                    new RewardParts(
                        Nd4j.createFromArray(new double[][] {{1, 1}}), ImmutableDoubleArray.of(1))))
        .hasMessage(
            "scores of rewards [1, 2] do not match response mask [4, 2]: pass one score per row");
    assertThatThrownBy(
            () -> new RewardParts(Nd4j.zeros(DataType.DOUBLE, 2, 4), ImmutableDoubleArray.of(1)))
        .hasMessage(
            "scores of rewards [2, 4] do not match 1 weights: they must be [K,B] with one weight"
                + " for each reward");
  }
}
