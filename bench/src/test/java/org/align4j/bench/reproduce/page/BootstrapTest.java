package org.align4j.bench.reproduce.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.align4j.bench.reproduce.page.Bootstrap.Interval;
import org.junit.jupiter.api.Test;

/** Intervals over seeds, and what they decide. */
final class BootstrapTest {

  /**
   * Of two seeds 0 and 1 the resampled mean is 0, ½ or 1 with probabilities ¼, ½, ¼: the 2.5 and
   * 97.5 percentiles are 0 and 1.
   */
  @Test
  void theIntervalOfTwoSeedsIsTheirRange() {
    assertThat(Bootstrap.mean(new double[] {0, 1})).isEqualTo(new Interval(0.5, 0, 1, 2));
  }

  /**
   * The resampled mean of n values has variance σ²/n with ddof 0: of 1 to 100 half a 95 % interval
   * is 1.96·28.87/10 = 5.66. The percentile's own error over 10,000 draws is 1 % of it, the normal
   * approximation's less.
   */
  @Test
  void theIntervalOfManySeedsIsThatOfTheNormalDistribution() {
    double[] values = new double[100];
    java.util.Arrays.setAll(values, i -> i + 1.0);
    Interval interval = Bootstrap.mean(values);
    assertThat(interval.low()).isCloseTo(50.5 - 5.66, within(0.2));
    assertThat(interval.high()).isCloseTo(50.5 + 5.66, within(0.2));
  }

  @Test
  void aRatioDrawsBothSidesTogether() {
    Interval interval = Bootstrap.ratio(new double[] {2, 4, 8}, new double[] {1, 2, 4});
    assertThat(interval).isEqualTo(new Interval(2, 2, 2, 3));
  }

  @Test
  void oneSeedDecidesNothing() {
    Interval single = Bootstrap.mean(new double[] {7});
    assertThat(ClaimVerdict.above(single, 0)).isEqualTo(ClaimVerdict.NOT_DECIDABLE_HERE);
    assertThat(ClaimVerdict.within(single, 10)).isEqualTo(ClaimVerdict.NOT_DECIDABLE_HERE);
  }

  @Test
  void aDifferenceIsReproducedWhereAllOfItIsAbove() {
    assertThat(ClaimVerdict.above(new Interval(1, 0.1, 2, 5), 0))
        .isEqualTo(ClaimVerdict.REPRODUCED);
    assertThat(ClaimVerdict.above(new Interval(1, -0.1, 2, 5), 0))
        .isEqualTo(ClaimVerdict.NOT_DECIDABLE_HERE);
    assertThat(ClaimVerdict.above(new Interval(-1, -2, -0.1, 5), 0))
        .isEqualTo(ClaimVerdict.NOT_REPRODUCED);
  }

  @Test
  void likenessIsReproducedWithinTheMarginAndRefusedBeyondIt() {
    assertThat(ClaimVerdict.within(new Interval(0, -0.01, 0.01, 5), 0.02))
        .isEqualTo(ClaimVerdict.REPRODUCED);
    assertThat(ClaimVerdict.within(new Interval(0.02, 0.01, 0.03, 5), 0.02))
        .isEqualTo(ClaimVerdict.NOT_DECIDABLE_HERE);
    assertThat(ClaimVerdict.within(new Interval(0.04, 0.03, 0.05, 5), 0.02))
        .isEqualTo(ClaimVerdict.NOT_REPRODUCED);
  }
}
