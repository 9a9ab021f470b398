package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.surrogate.ReinforceLoss;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The mask of high entropy and the adaptive bonus. */
class EntropyTermsTest {

  /**
   * Entropies 1 to 5: the quantile 0.5 is 3, so 3, 4 and 5 count; 0.55 is 3.2, so 4 and 5 do. The
   * masked 9 never does.
   */
  @Test
  void onlyTokensOfHighEntropyLearnAndTheBonusIsTheirMean() {
    INDArray entropy = Nd4j.createFromArray(new double[][] {{1, 5, 9}, {4, 2, 3}});
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 0}, {1, 1, 1}});
    INDArray ones = Nd4j.ones(DataType.DOUBLE, 2, 3);
    PolicyLossInputs inputs = PolicyLossInputs.of(ones, ones, ones, mask).withEntropy(entropy);
    double[][][] kept = {{{0, 1, 0}, {1, 0, 1}}, {{0, 1, 0}, {1, 0, 0}}};
    double[] shares = {0.5, 0.45};
    for (int k = 0; k < 2; k++) {
      PolicyLossSettings settings =
          PolicyLossSettings.of(Convention.PAPER)
              .withAggregation(Aggregation.TOKEN_MEAN, 0)
              .withEntropyCoefficient(0.1)
              .withOptions(LossOptions.DEFAULT.withTopEntropy(shares[k]));
      LossResult got = new PolicyObjective(new ReinforceLoss(), settings).evaluate(inputs);
      INDArray expected = Nd4j.createFromArray(kept[k]);
      double count = expected.sumNumber().doubleValue();
      // The policy term is still a mean over all five tokens.
      assertThat(got.gradient()).isEqualTo(expected.mul(-0.2));
      assertThat(got.statistic("kept_entropy")).isCloseTo(k == 0 ? 4 : 4.5, within(1e-12));
      assertThat(got.statistic("entropy")).isCloseTo(3, within(1e-12));
      INDArray byEntropy = Objects.requireNonNull(got.entropyGradient());
      assertThat(byEntropy.equalsWithEps(expected.mul(-0.1 / count), 1e-15)).isTrue();
      assertThat(got.loss()).isCloseTo(-0.2 * count - 0.1 * (k == 0 ? 4 : 4.5), within(1e-12));
    }
  }

  private static double kept(double[] entropies, double share) {
    INDArray entropy = Nd4j.createFromArray(new double[][] {entropies});
    INDArray ones = Nd4j.onesLike(entropy);
    PolicyLossSettings settings =
        PolicyLossSettings.of(Convention.PAPER)
            .withOptions(LossOptions.DEFAULT.withTopEntropy(share));
    return -new PolicyObjective(new ReinforceLoss(), settings)
            .evaluate(PolicyLossInputs.of(ones, ones, ones, ones).withEntropy(entropy))
            .gradient()
            .sumNumber()
            .doubleValue()
        * entropies.length;
  }

  @Test
  void equalEntropiesAreAllKeptAndTheSmallestShareIsOneToken() {
    assertThat(kept(new double[] {2, 2, 2, 2}, 0.3)).isCloseTo(4, within(1e-12));
    assertThat(kept(new double[] {1, 7, 3, 2}, 1e-12)).isCloseTo(1, within(1e-12));
  }

  /** TRL's rule by hand: target 2, step 0.1, at most 0.25. */
  @Test
  void anAdaptiveBonusRisesBelowItsTargetAndIsAppliedOnlyThere() {
    EntropyController c = EntropyController.Adaptive.of(0.1, 2, 0.1, 0.25);
    assertThat(c.applied()).isZero();
    c = c.update(1.5);
    assertThat(c.applied()).isEqualTo(0.2);
    c = c.update(2);
    assertThat(c.applied()).isEqualTo(0.25);
    c = c.update(2.5);
    assertThat(c.applied()).isZero();
    assertThat(c.coefficient()).isCloseTo(0.15, within(1e-15));
    c = c.update(3).update(3);
    assertThat(c.coefficient()).isZero();
    assertThat(c.measured()).isEqualTo(3);
    EntropyController fixed = new EntropyController.Fixed(-0.1);
    assertThat(fixed.update(1)).isSameAs(fixed);
    assertThat(fixed.applied()).isEqualTo(-0.1);
    EntropyController last = c;
    assertThatThrownBy(() -> last.update(Double.NaN))
        .hasMessage("entropy is NaN: it must be finite");
    assertThatThrownBy(() -> EntropyController.Adaptive.of(0.3, 2, 0.1, 0.25))
        .hasMessage("coefficient is 0.3: it must be at most highest (0.25)");
    assertThatThrownBy(() -> EntropyController.Adaptive.of(0.1, 0, 0.1, 0.25))
        .hasMessage("target is 0.0: it must be above 0");
  }
}
