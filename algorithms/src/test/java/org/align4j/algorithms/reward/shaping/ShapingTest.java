package org.align4j.algorithms.reward.shaping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.align4j.algorithms.advantage.Groups;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ShapingTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static INDArray scores(double... values) {
    return Nd4j.createFromArray(values);
  }

  /** 1, 2, 3, 6: mean 3, squares 4+1+0+9 = 14, deviation √(14/3). */
  @Test
  void aBatchIsNormalisedWithTheUnbiasedDeviation() {
    ScoreNormalizer batch = ScoreNormalizer.of(scores(1, 2, 3, 6));
    assertThat(batch.mean()).isEqualTo(3);
    assertThat(batch.squares()).isEqualTo(14);
    assertThat(batch.deviation()).isEqualTo(Math.sqrt(14.0 / 3));
    assertThat(batch.normalize(scores(3, 6)).toDoubleVector())
        .containsExactly(new double[] {0, 3 / Math.sqrt(14.0 / 3)}, within(1e-15));
  }

  @Test
  void runningStatisticsAreThoseOfAllScoresAtOnce() {
    ScoreNormalizer running =
        ScoreNormalizer.EMPTY.plus(scores(1)).plus(scores(2, 3)).plus(scores(6, 10, -4));
    ScoreNormalizer whole = ScoreNormalizer.of(scores(1, 2, 3, 6, 10, -4));
    assertThat(running.count()).isEqualTo(6);
    assertThat(running.mean()).isCloseTo(whole.mean(), within(1e-14));
    assertThat(running.squares()).isCloseTo(whole.squares(), within(1e-12));
  }

  @Test
  void equalScoresGiveExactlyZeroAndOneScoreHasDeviationOne() {
    assertThat(ScoreNormalizer.of(scores(0.5, 0.5)).normalize(scores(0.5)).getDouble(0)).isZero();
    assertThat(ScoreNormalizer.EMPTY.deviation()).isEqualTo(1);
    assertThat(ScoreNormalizer.of(scores(5)).deviation()).isEqualTo(1);
    assertThat(ScoreNormalizer.of(scores(5)).normalize(scores(7)).getDouble(0)).isEqualTo(2);
  }

  /** A deviation below 1e-8 counts as 1e-8, as in OpenRLHF. */
  @Test
  void aTinyDeviationIsHeld() {
    ScoreNormalizer constant = new ScoreNormalizer(10, 0, 0);
    assertThat(constant.normalize(scores(1)).getDouble(0)).isEqualTo(1e8);
  }

  @Test
  void shapingIsNormaliseThenClipThenScale() {
    ScoreShaping shaping = new ScoreShaping(true, -1, 0.5, 4);
    ScoreNormalizer statistics = new ScoreNormalizer(5, 10, 16);
    assertThat(shaping.apply(scores(2, 9.5, 14), statistics).toDoubleVector())
        .containsExactly(-4, -1, 2);
    assertThat(new ScoreShaping(false, -1, 5, 2).apply(scores(-3, 4), statistics).toDoubleVector())
        .containsExactly(-2, 8);
    INDArray raw = scores(-30, 40);
    assertThat(ScoreShaping.NONE.apply(raw, statistics).toDoubleVector()).containsExactly(-30, 40);
    new ScoreShaping(false, -1, 1, 2).apply(raw, statistics);
    assertThat(raw.toDoubleVector()).containsExactly(-30, 40);
  }

  /** 20 tokens, the last 5 of them punished up to −2. */
  @Test
  void anOverlongPenaltyGrowsInTheBufferAndIsCapped() {
    assertThat(new LengthPenalty(20, 5, 2).penalty(scores(3, 15, 16, 18, 20, 40)).toDoubleVector())
        .containsExactly(new double[] {0, 0, -0.4, -1.2, -2, -2}, within(1e-15));
  }

  @Test
  void aTruncationPenaltyMultipliesOrReplaces() {
    INDArray cut = scores(0, 1, 1);
    assertThat(new TruncationPenalty(0.5).apply(scores(2, 2, -4), cut).toDoubleVector())
        .containsExactly(2, 1, -2);
    assertThat(new TruncationPenalty(-0.5).apply(scores(2, 2, -4), cut).toDoubleVector())
        .containsExactly(2, -0.5, -0.5);
    assertThat(new TruncationPenalty(0).apply(scores(2, 2, -4), cut).toDoubleVector())
        .containsExactly(new double[] {2, 0, 0}, within(0.0));
    assertThat(new TruncationPenalty(1).apply(scores(2, 2, -4), cut).toDoubleVector())
        .containsExactly(2, 2, -4);
  }

  /**
   * All four samples of group 1 score 0.25: its mean lies between 0 and 1, yet it teaches nothing.
   */
  @Test
  void groupsAreFilteredBySpreadAndNotByMean() {
    double[] scores = {0, 0.25, 1, 0.25, 0.25, 0, 0, 3};
    assertThat(SpreadFilter.rows(scores, Groups.of(0, 1, 0, 1, 1, 2, 2, 3)).toArray())
        .containsExactly(0, 2);
    assertThat(SpreadFilter.rows(new double[] {1, 1, 2}, Groups.of(4, 4, 4)).toArray())
        .containsExactly(0, 1, 2);
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new LengthPenalty(0, 1, 1))
        .hasMessage("maxLength is 0: it must be at least 1");
    assertThatThrownBy(() -> new LengthPenalty(5, 0, 1))
        .hasMessage("buffer is 0: it must be in [1, maxLength (5)]");
    assertThatThrownBy(() -> new LengthPenalty(5, 6, 1))
        .hasMessage("buffer is 6: it must be in [1, maxLength (5)]");
    assertThatThrownBy(() -> new LengthPenalty(5, 5, -1))
        .hasMessage("factor is -1.0: it must be at least 0");
    assertThatThrownBy(() -> new TruncationPenalty(1.5))
        .hasMessage("coefficient is 1.5: it must be at most 1");
    assertThatThrownBy(() -> new ScoreShaping(false, 1, 1, 1))
        .hasMessage("low is 1.0: it must be below high (1.0)");
    assertThatThrownBy(() -> new ScoreShaping(false, -INFINITY, INFINITY, 0))
        .hasMessage("scale is 0.0: it must be above 0");
    assertThatThrownBy(() -> new ScoreNormalizer(-1, 0, 0))
        .hasMessage("count is -1: it must be at least 0");
    assertThatThrownBy(() -> new ScoreNormalizer(1, Double.NaN, 0))
        .hasMessage("mean is NaN: it must be finite");
    assertThatThrownBy(() -> new ScoreNormalizer(1, 0, -1))
        .hasMessage("squares is -1.0: it must be at least 0");
  }
}
