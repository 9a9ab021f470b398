package org.align4j.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import java.util.OptionalDouble;
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

  private static void assertFrequencies(Rope rope, int headDim, double... expected) {
    float[] found = rope.inverseFrequencies(headDim);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      // two roundings of float32
      assertThat((double) found[i]).isCloseTo(expected[i], within(2.5e-7 * expected[i]));
    }
  }

  private static Rope yarn(Rope.Yarn scaling) {
    return new Rope(10_000, scaling);
  }

  /** {@code _compute_yarn_parameters} of transformers 5.24, heads of 16. */
  @Test
  void yarnBlendsTheFrequenciesBetweenItsBounds() {
    OptionalDouble none = OptionalDouble.empty();
    var usual = new Rope.Yarn(4, 512, 32, 1, none, none, none, true);
    assertFrequencies(
        yarn(usual),
        16,
        1.0,
        0.2569350600242615,
        0.0625,
        0.013834965415298939,
        0.0024999999441206455,
        0.0007905694656074047,
        0.0002500000118743628,
        7.905694656074047e-05);
    assertThat(usual.amplitude()).isEqualTo(1.138629436111989);
    var own =
        new Rope.Yarn(3, 512, 20, 2, none, OptionalDouble.of(1.5), OptionalDouble.of(0.5), false);
    assertFrequencies(
        yarn(own),
        16,
        1.0,
        0.3162277638912201,
        0.07400400936603546,
        0.01286119595170021,
        0.0033333334140479565,
        0.0010540926596149802,
        0.00033333332976326346,
        0.00010540925723032889);
    assertThat(own.amplitude()).isEqualTo(1.1041407153832734);
    assertFrequencies(
        yarn(new Rope.Yarn(4, 4, 32, 1, none, none, none, true)),
        16,
        1.0,
        0.07905694097280502,
        0.02500000037252903,
        0.007905694656074047,
        0.0024999999441206455,
        0.0007905694656074047,
        0.0002500000118743628,
        7.905694656074047e-05);
  }

  /** {@code Phi3RotaryEmbedding} of transformers 5.24: 7 of 10 columns are 4 pairs. */
  @Test
  void frequenciesOfAPartAreThoseOfItsColumns() {
    assertFrequencies(
        new Rope(10_000, new Rope.Unscaled(), 0.75),
        10,
        1.0,
        0.07196855545043945,
        0.005179473198950291,
        0.00037275932845659554);
    assertThatThrownBy(() -> new Rope(10_000, new Rope.Unscaled(), 0.2).inverseFrequencies(4))
        .hasMessage("rope turns 0.2 of 4 columns of a head: that is none");
  }

  @Test
  void theAmplitudeMultipliesCosinesAndSines() {
    var table = LONG.table(new float[] {1f}, 2, 3);
    assertThat(table.cos(0, 0)).isEqualTo(1.5f);
    assertThat(table.sin(2, 0)).isEqualTo((float) Math.sin(2) * 1.5f);
  }

  @Test
  void thereAreAsManyPositionsAsShortFactorsAreRightFor() {
    assertThat(LONG.positions(64)).isEqualTo(16);
    assertThat(LONG.positions(8)).isEqualTo(8);
  }
}
