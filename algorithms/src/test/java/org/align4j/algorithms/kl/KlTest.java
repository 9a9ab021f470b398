package org.align4j.algorithms.kl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.KlClamp;
import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.algorithms.registry.ExtensionException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class KlTest {

  private static double value(String name, Convention convention, double delta) {
    return kl(name, convention).value(row(delta), row(0), row(1)).getDouble(0, 0);
  }

  private static double derivative(String name, Convention convention, double delta) {
    return kl(name, convention).derivative(row(delta), row(0), row(1)).getDouble(0, 0);
  }

  private static TokenKl kl(String name, Convention convention) {
    return TokenKl.of(name, convention.klClamp(name));
  }

  private static INDArray row(double value) {
    return Nd4j.createFromArray(new double[][] {{value}});
  }

  @Test
  void valuesAreThoseOfTheFormulas() {
    Convention plain = Convention.TRL;
    assertThat(value("k1", plain, -0.7)).isEqualTo(-0.7);
    assertThat(value("k2", plain, -0.7)).isCloseTo(0.245, within(1e-15));
    assertThat(value("k3", plain, -0.7)).isCloseTo(Math.E * 0.740818220681718 - 1.7, within(1e-12));
    assertThat(value("abs", plain, -0.7)).isEqualTo(0.7);
    assertThat(value("k1+", plain, -0.7)).isEqualTo(-0.7);
    assertThat(value("k3+", plain, -0.7)).isEqualTo(value("k3", plain, -0.7));
  }

  /** A user's class, met in the middle of a run. */
  @Test
  void anEstimatorThatAnswersAnotherShapeIsToldByItsName() {
    assertThatThrownBy(() -> mine(true).value(row(1), row(0), row(1)))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("KL estimator mine answered [1]: it must be [1, 1]");
    assertThatThrownBy(() -> mine(false).derivative(row(1), row(0), row(1)))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("KL estimator mine failed: java.lang.ArithmeticException: by zero");
  }

  private static TokenKl mine(boolean sums) {
    KlEstimator estimator =
        new KlEstimator() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          public INDArray value(INDArray logRatio) {
            return sums ? logRatio.sum(1) : logRatio;
          }

          @Override
          public INDArray derivative(INDArray logRatio) {
            throw new ArithmeticException("by zero");
          }
        };
    return new TokenKl(estimator, Convention.TRL.klClamp("k1"));
  }

  /** −1 against −3: Δ is 2, for values and derivatives alike. */
  @Test
  void theLogRatioIsPolicyMinusReference() {
    TokenKl k2 = kl("k2", Convention.OPENRLHF);
    assertThat(k2.value(row(-1), row(-3), row(1)).getDouble(0, 0)).isEqualTo(2);
    assertThat(k2.derivative(row(-1), row(-3), row(1)).getDouble(0, 0)).isEqualTo(2);
    assertThat(kl("k1+", Convention.VERL).derivative(row(-1), row(-3), row(1)).getDouble(0, 0))
        .isEqualTo(2);
  }

  /** Central differences with step 1e-6 are good to 1e-9 for values of size one. */
  @Test
  void derivativesAreThoseOfTheValues() {
    for (String name : new String[] {"k1", "k2", "k3", "abs"}) {
      for (double delta : new double[] {-2.3, -0.4, 0.3, 1.9}) {
        double numeric =
            (value(name, Convention.VERL, delta + 1e-6)
                    - value(name, Convention.VERL, delta - 1e-6))
                / 2e-6;
        assertThat(derivative(name, Convention.VERL, delta))
            .as("%s at %s", name, delta)
            .isCloseTo(numeric, within(1e-8));
      }
    }
  }

  @Test
  void straightThroughFormsHaveTheGradientOfK2() {
    for (String name : new String[] {"k1+", "k3+"}) {
      for (Convention convention : Convention.ALL) {
        for (double delta : new double[] {-25, -2.3, 0, 0.4, 30}) {
          assertThat(derivative(name, convention, delta)).isEqualTo(delta);
        }
      }
    }
  }

  /** OpenRLHF holds every estimate within ±10, verl only k3 (and its log-ratio within ±20). */
  @Test
  void clampsAreThoseOfTheConvention() {
    assertThat(value("k1", Convention.OPENRLHF, -30)).isEqualTo(-10);
    assertThat(value("k1", Convention.OPENRLHF, 30)).isEqualTo(10);
    assertThat(value("k2", Convention.OPENRLHF, 30)).isEqualTo(10);
    assertThat(value("k3", Convention.OPENRLHF, -30)).isEqualTo(10);
    assertThat(value("k1", Convention.VERL, 30)).isEqualTo(30);
    assertThat(value("k2", Convention.VERL, 30)).isEqualTo(450);
    assertThat(value("k3", Convention.VERL, -30)).isEqualTo(10);
    assertThat(value("k3", Convention.VERL, 800)).isEqualTo(10);
    assertThat(value("k3", Convention.PAPER, 30)).isCloseTo(29, within(1e-12));
    assertThat(value("k3", Convention.TRL, 30)).isCloseTo(29, within(1e-12));
    assertThat(derivative("k1", Convention.OPENRLHF, 9)).isEqualTo(1);
    assertThat(derivative("k1", Convention.OPENRLHF, 11)).isZero();
    assertThat(derivative("k2", Convention.OPENRLHF, -5)).isZero();
    assertThat(derivative("k3", Convention.VERL, -3)).isZero();
    assertThat(derivative("k2", Convention.VERL, -5)).isEqualTo(-5);
    // e^1000 is infinite: until 0.11.0 OpenRLHF's own gradient was no number there.
    assertThat(derivative("k3", Convention.OPENRLHF, -1000)).isZero();
    TokenKl held = TokenKl.of("k1", new KlClamp(2, 100));
    assertThat(held.value(row(3), row(0), row(1)).getDouble(0)).isEqualTo(2);
    assertThat(held.derivative(row(3), row(0), row(1)).getDouble(0)).isZero();
    assertThat(held.derivative(row(1), row(0), row(1)).getDouble(0)).isEqualTo(1);
  }

  @Test
  void maskedTokensHaveNoKl() {
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 0}});
    INDArray a = Nd4j.createFromArray(new double[][] {{-1, -2}});
    INDArray b = Nd4j.createFromArray(new double[][] {{-2, -4}});
    for (KlEstimator estimator : KlEstimator.registry().all()) {
      TokenKl kl = new TokenKl(estimator, KlClamp.NONE);
      assertThat(kl.value(a, b, mask).getDouble(0, 1)).isZero();
      assertThat(kl.derivative(a, b, mask).getDouble(0, 1)).isZero();
      assertThat(kl.value(a, b, mask).getDouble(0, 0)).as(estimator.name()).isNotZero();
    }
    assertThat(a.toDoubleMatrix()[0]).containsExactly(-1, -2);
  }

  /**
   * For a softmax policy, {@code Σ_a π(a) · ∂k2/∂log π(a) · ∂log π(a)/∂z = ∂KL(π‖q)/∂z}, with the
   * right side {@code π_j (Δ_j − KL)}. k1's expected gradient is 0 and k3's is that of KL(q‖π).
   */
  @Test
  void inExpectationTheGradientOfK2IsThatOfTheKl() {
    Random random = new Random(2);
    int vocabulary = 6;
    double[] p = softmax(random, vocabulary);
    double[] q = softmax(random, vocabulary);
    double[][] delta = new double[1][vocabulary];
    double kl = 0;
    for (int a = 0; a < vocabulary; a++) {
      delta[0][a] = Math.log(p[a] / q[a]);
      kl += p[a] * delta[0][a];
    }
    for (int j = 0; j < vocabulary; j++) {
      double exact = p[j] * (delta[0][j] - kl);
      assertThat(expected("k2", delta, p, j)).isCloseTo(exact, within(1e-14));
      assertThat(expected("k1+", delta, p, j)).isCloseTo(exact, within(1e-14));
      assertThat(expected("k3+", delta, p, j)).isCloseTo(exact, within(1e-14));
      assertThat(expected("k1", delta, p, j)).isCloseTo(0, within(1e-14));
      assertThat(expected("k3", delta, p, j)).isCloseTo(p[j] - q[j], within(1e-14));
    }
  }

  private static double expected(String name, double[][] delta, double[] p, int j) {
    INDArray slope =
        kl(name, Convention.TRL)
            .derivative(
                Nd4j.createFromArray(delta),
                Nd4j.zeros(DataType.DOUBLE, 1, p.length),
                Nd4j.ones(DataType.DOUBLE, 1, p.length));
    double total = 0;
    for (int a = 0; a < p.length; a++) {
      total += p[a] * slope.getDouble(0, a) * ((a == j ? 1 : 0) - p[j]);
    }
    return total;
  }

  private static double[] softmax(Random random, int n) {
    double[] p = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      p[i] = Math.exp(random.nextGaussian());
      sum += p[i];
    }
    for (int i = 0; i < n; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Test
  void aFixedCoefficientNeverChanges() {
    assertThat(new KlController.Fixed(0.3).update(100, 10).coefficient()).isEqualTo(0.3);
  }

  /** β(1 + clip(KL/target − 1, ±0.2) · n/horizon) by hand, inside the clip and on both sides. */
  @Test
  void anAdaptiveCoefficientFollowsTheMeasuredKl() {
    KlController controller = new KlController.Adaptive(0.1, 5, 1000);
    assertThat(controller.coefficient()).isEqualTo(0.1);
    assertThat(controller.update(5.5, 100).coefficient()).isCloseTo(0.101, within(1e-15));
    assertThat(controller.update(50, 100).coefficient()).isCloseTo(0.102, within(1e-15));
    assertThat(controller.update(0, 100).coefficient()).isCloseTo(0.098, within(1e-15));
    assertThat(controller.update(0, 100).update(50, 100).coefficient())
        .isCloseTo(0.098 * 1.02, within(1e-15));
  }

  @Test
  void controllersRefuseWhatCannotBe() {
    assertThatThrownBy(() -> new KlController.Fixed(-1))
        .hasMessage("coefficient is -1.0: it must be at least 0");
    assertThatThrownBy(() -> new KlController.Adaptive(Double.NaN, 1, 1))
        .hasMessage("coefficient is NaN: it must be at least 0");
    assertThatThrownBy(() -> new KlController.Adaptive(1, 0, 1))
        .hasMessage("target is 0.0: it must be above 0");
    assertThatThrownBy(() -> new KlController.Adaptive(1, 1, 0))
        .hasMessage("horizon is 0.0: it must be above 0");
    assertThatThrownBy(() -> new KlController.Adaptive(1, 1, 1).update(Double.NaN, 1))
        .hasMessage("kl is NaN: it must be finite");
    assertThatThrownBy(() -> new KlClamp(0, 1)).hasMessage("logRatio is 0.0: it must be above 0");
    assertThatThrownBy(() -> new KlClamp(1, 0)).hasMessage("value is 0.0: it must be above 0");
  }

  /** What stands in masked columns must not matter, not even where its ratio overflows. */
  @Test
  void aWeightedKlIsZeroWhereMasked() {
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 0, 0}});
    INDArray logProbs = Nd4j.createFromArray(new double[][] {{-1, 2000, -3}});
    INDArray old = Nd4j.createFromArray(new double[][] {{-1.5, -1, -2}});
    INDArray ref = Nd4j.createFromArray(new double[][] {{-1.2, 1999, -1}});
    for (KlWeighting weighting : KlWeighting.values()) {
      WeightedKl kl = new WeightedKl(TokenKl.of("k3", KlClamp.NONE), weighting);
      double[] value = kl.value(logProbs, old, ref, mask).toDoubleMatrix()[0];
      double[] derivative = kl.derivative(logProbs, old, ref, mask).toDoubleMatrix()[0];
      for (double[] got : new double[][] {value, derivative}) {
        assertThat(got[0]).as(weighting.name()).isPositive();
        assertThat(Math.abs(got[1])).as(weighting.name()).isZero();
        assertThat(Math.abs(got[2])).as(weighting.name()).isZero();
      }
    }
  }
}
