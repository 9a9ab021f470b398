package org.align4j.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class CounterRandomTest {

  /** Neighbouring seeds, streams and counters must not show: every use is a walk along one. */
  @Test
  void uniformsAreUniformAlongEveryKey() {
    int n = 1 << 16;
    for (int axis = 0; axis < 3; axis++) {
      int[] buckets = new int[64];
      double product = 0;
      double previous = 0.5;
      for (int i = 0; i < n; i++) {
        double u = CounterRandom.uniform(axis == 0 ? i : 17, axis == 1 ? i : 4, axis == 2 ? i : 9);
        assertThat(u).isGreaterThanOrEqualTo(0).isLessThan(1);
        buckets[(int) (u * 64)]++;
        product += (u - 0.5) * (previous - 0.5);
        previous = u;
      }
      double chiSquared = 0;
      for (int count : buckets) {
        double expected = n / 64.0;
        chiSquared += (count - expected) * (count - expected) / expected;
      }
      // 63 degrees of freedom: mean 63, deviation 11.2; five deviations
      assertThat(chiSquared).as("axis %s", axis).isCloseTo(63, within(56.0));
      // correlation of neighbours: deviation 1/sqrt(n) of the variance 1/12
      assertThat(product / n * 12).as("axis %s", axis).isCloseTo(0, within(5 / Math.sqrt(n)));
    }
  }

  @Test
  void gaussiansHaveMeanZeroVarianceOneAndNormalTails() {
    int n = 1 << 16;
    double sum = 0;
    double squares = 0;
    int beyondTwo = 0;
    for (int i = 0; i < n; i++) {
      double g = CounterRandom.gaussian(3, CounterRandom.stream("a.weight"), i);
      sum += g;
      squares += g * g;
      beyondTwo += Math.abs(g) > 2 ? 1 : 0;
    }
    assertThat(sum / n).isCloseTo(0, within(5 / Math.sqrt(n)));
    assertThat(squares / n).isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
    // P(|g| > 2) = 0.0455
    assertThat(beyondTwo / (double) n).isCloseTo(0.0455, within(0.005));
  }

  @Test
  void namesGiveDifferentStreams() {
    assertThat(CounterRandom.stream("layers.1.a")).isNotEqualTo(CounterRandom.stream("layers.0.a"));
    assertThat(CounterRandom.bits(1, 2, 3)).isNotEqualTo(CounterRandom.bits(1, 3, 2));
  }
}
