package org.align4j.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import org.align4j.core.ops.RopeTable;
import org.junit.jupiter.api.Test;

final class RopeTest {

  private static final Rope LONG =
      new Rope(
          10_000,
          new Rope.LongRope(ImmutableList.of(2.0, 5.0), ImmutableList.of(4.0, 8.0), 16, 64, 1.5));

  /** θ^(-2i/headDim) is 1 and 1/100 for heads of 4. */
  @Test
  void shortFactorsDivideTheFrequenciesOneByOne() {
    assertThat(LONG.inverseFrequencies(4)).containsExactly(0.5f, 0.002f);
  }

  @Test
  void factorsForHeadsOfAnotherSizeAreRefused() {
    assertThatThrownBy(() -> LONG.inverseFrequencies(8))
        .hasMessage("LongRoPE has 2 short factors for heads of 8: it must have 4");
  }

  /** The root of 1 + ln 32 / ln 4096, which is 1 + 5/12. */
  @Test
  void theAttentionFactorGrowsWithTheContext() {
    assertThat(Rope.LongRope.attentionFactor(32, 4096))
        .isCloseTo(Math.sqrt(17.0 / 12), within(1e-15));
    assertThat(Rope.LongRope.attentionFactor(0.5, 4096)).isEqualTo(1);
  }

  @Test
  void theAmplitudeMultipliesCosinesAndSines() {
    var table = new RopeTable(new float[] {1f}, 3, LONG.amplitude());
    assertThat(table.cos(0, 0)).isEqualTo(1.5f);
    assertThat(table.sin(2, 0)).isEqualTo((float) Math.sin(2) * 1.5f);
  }

  @Test
  void thereAreAsManyPositionsAsShortFactorsAreRightFor() {
    assertThat(LONG.positions(64)).isEqualTo(16);
    assertThat(LONG.positions(8)).isEqualTo(8);
  }
}
