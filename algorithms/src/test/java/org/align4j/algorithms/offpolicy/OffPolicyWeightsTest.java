package org.align4j.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.align4j.algorithms.offpolicy.OffPolicy.Level;
import org.align4j.algorithms.offpolicy.OffPolicy.Statistic;
import org.align4j.algorithms.offpolicy.OffPolicy.Weight;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gates and weights against formulas over scalars; the peers' answers are case files. */
class OffPolicyWeightsTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private final Random random = new Random(3);
  private double[][] mask = {};
  private double[][] now = {};
  private double[][] old = {};
  private double[][] rollout = {};
  private double[][] advantages = {};

  /** Holes, a row without a token, and numbers where masked that must not matter. */
  private void fill(int rows, int columns) {
    mask = new double[rows][columns];
    now = new double[rows][columns];
    old = new double[rows][columns];
    rollout = new double[rows][columns];
    advantages = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      double spread = i % 2 == 0 ? 0.1 : 0.6;
      for (int t = 0; t < columns; t++) {
        mask[i][t] = (rows == 1 || i < rows - 1) && (t == 0 || random.nextInt(4) > 0) ? 1 : 0;
        old[i][t] = -0.05 - 3 * random.nextDouble();
        rollout[i][t] = Math.min(0, old[i][t] + spread * random.nextGaussian());
        now[i][t] = Math.min(0, old[i][t] + spread * random.nextGaussian());
        advantages[i][t] = random.nextGaussian();
      }
    }
  }

  private OffPolicyWeights weights(OffPolicy settings, DataType type) {
    return OffPolicyWeights.of(
        settings,
        new OffPolicyWeights.Batch(
            array(now, type),
            array(old, type),
            array(rollout, type),
            array(advantages, type),
            array(mask, type)));
  }

  private static INDArray array(double[][] values, DataType type) {
    return Nd4j.createFromArray(values).castTo(type);
  }

  private double token(Statistic statistic, int i, int t) {
    double delta = old[i][t] - rollout[i][t];
    double p = Math.min(1 - 1e-6, Math.max(1e-6, Math.exp(rollout[i][t])));
    double q = Math.min(1 - 1e-6, Math.max(1e-6, Math.exp(old[i][t])));
    return switch (statistic) {
      case NONE -> 0;
      case RATIO -> delta;
      case K1 -> -delta;
      case K2 -> delta * delta / 2;
      case K3 -> Math.exp(delta) - 1 - delta;
      case BINARY_KL -> p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
      case TV -> Math.abs(p - q);
    };
  }

  private double statistic(Statistic statistic, Level level, int i, int t) {
    double sum = 0;
    double count = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int s = 0; s < mask[i].length; s++) {
      if (mask[i][s] == 1) {
        double value = token(statistic, i, s);
        sum += value;
        count++;
        largest = Math.max(largest, value);
      }
    }
    double value =
        switch (level) {
          case TOKEN -> token(statistic, i, t);
          case SEQUENCE -> sum / count;
          case SEQUENCE_SUM -> sum;
          case SEQUENCE_MAX -> largest;
        };
    return statistic == Statistic.RATIO ? Math.exp(value) : value;
  }

  private static OffPolicy gate(Statistic statistic, Level level) {
    double low = statistic == Statistic.RATIO ? 0.8 : statistic == Statistic.K1 ? -0.1 : 0;
    double high = statistic == Statistic.RATIO ? 1.2 : statistic == Statistic.K1 ? 0.1 : 0.03;
    return OffPolicy.NONE
        .withGate(statistic, level, low, high)
        .withWeight(Weight.TOKEN, 0, INFINITY);
  }

  @Test
  void everyGateAtEveryLevelLeavesOutWhatItsFormulaSays() {
    for (int[] shape : new int[][] {{6, 7}, {1, 1}, {2, 1}, {1, 9}, {60, 3}}) {
      fill(shape[0], shape[1]);
      for (Statistic statistic : Statistic.values()) {
        for (Level level : Level.values()) {
          OffPolicy settings = gate(statistic, level);
          OffPolicyWeights got = weights(settings, DataType.DOUBLE);
          for (int i = 0; i < shape[0]; i++) {
            for (int t = 0; t < shape[1]; t++) {
              double value = statistic(statistic, level, i, t);
              boolean kept =
                  mask[i][t] == 1 && value >= settings.gateLow() && value <= settings.gateHigh();
              double weight = kept ? Math.exp(old[i][t] - rollout[i][t]) : 0;
              assertThat(got.kept().getDouble(i, t))
                  .as("%s, %s [%s,%s]", statistic, level, i, t)
                  .isEqualTo(kept ? 1 : 0);
              // Rounding of one exponential.
              assertThat(Math.abs(got.weights().getDouble(i, t) - weight)).isLessThan(1e-12);
            }
          }
        }
      }
    }
  }

  /** Both sides of a bound are met in the test above, or it would show nothing. */
  @Test
  void theGatesOfTheseTestsKeepSomeAndLeaveSomeOut() {
    fill(60, 3);
    for (Statistic statistic : Statistic.values()) {
      for (Level level : Level.values()) {
        double kept =
            weights(gate(statistic, level), DataType.DOUBLE).kept().meanNumber().doubleValue();
        double all = array(mask, DataType.DOUBLE).meanNumber().doubleValue();
        if (statistic == Statistic.NONE) {
          assertThat(kept).isEqualTo(all);
        } else {
          assertThat(kept).as("%s, %s", statistic, level).isStrictlyBetween(0.0, all);
        }
      }
    }
  }

  @Test
  void weightsOfTokensAndSequencesAreHeldWithinTheirBounds() {
    fill(6, 5);
    for (Weight weight : Weight.values()) {
      INDArray got =
          weights(OffPolicy.NONE.withWeight(weight, 0.9, 1.1), DataType.DOUBLE).weights();
      for (int i = 0; i < 6; i++) {
        double product = 0;
        for (int t = 0; t < 5; t++) {
          product += mask[i][t] * (old[i][t] - rollout[i][t]);
        }
        for (int t = 0; t < 5; t++) {
          double free =
              weight == Weight.NONE
                  ? 1
                  : Math.exp(weight == Weight.TOKEN ? old[i][t] - rollout[i][t] : product);
          double held = mask[i][t] * Math.max(0.9, Math.min(1.1, free));
          assertThat(Math.abs(got.getDouble(i, t) - held)).isLessThan(1e-12);
        }
      }
    }
  }

  /** DeepSeek-V3.2: a sequence that went far teaches only what was good in it. */
  @Test
  void negativeAdvantagesOfFarSequencesAreLeftOut() {
    fill(90, 6);
    INDArray got = weights(OffPolicy.NONE.withNegativeLimit(0.05), DataType.DOUBLE).weights();
    for (int i = 0; i < 90; i++) {
      double distance = 0;
      double count = 0;
      for (int t = 0; t < 6; t++) {
        distance += mask[i][t] * (rollout[i][t] - now[i][t]);
        count += mask[i][t];
      }
      for (int t = 0; t < 6; t++) {
        boolean left = advantages[i][t] < 0 && distance / count > 0.05;
        assertThat(got.getDouble(i, t)).isEqualTo(left ? 0 : mask[i][t]);
      }
    }
  }

  /** As in OpenRLHF: 1 − 1e-6 and 1e-6 are 1 − 2e-6 apart. */
  @Test
  void probabilitiesStayAMillionthAwayFromZeroAndOne() {
    mask = new double[][] {{1}};
    now = new double[][] {{0}};
    old = new double[][] {{-30}};
    rollout = new double[][] {{0}};
    advantages = new double[][] {{1}};
    for (double above : new double[] {-1e-7, 1e-7}) {
      OffPolicy settings = OffPolicy.NONE.withGate(Statistic.TV, Level.TOKEN, 0, 1 - 2e-6 + above);
      assertThat(weights(settings, DataType.DOUBLE).kept().getDouble(0, 0))
          .isEqualTo(above > 0 ? 1 : 0);
    }
  }

  /** Not nearly: the same bits in, exactly 1 out, whatever the gate, in float too. */
  @Test
  void whereNothingIsOffPolicyEveryWeightIsExactlyOne() {
    fill(7, 11);
    rollout = old;
    now = old;
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (Statistic statistic : Statistic.values()) {
        for (Level level : Level.values()) {
          for (Weight weight : Weight.values()) {
            double bound = statistic == Statistic.RATIO ? 1 : 0;
            OffPolicy settings =
                OffPolicy.NONE
                    .withGate(statistic, level, bound, bound)
                    .withWeight(weight, 0, INFINITY)
                    .withNegativeLimit(1e-9);
            assertThat(weights(settings, type).weights()).isEqualTo(array(mask, type));
          }
        }
      }
    }
  }

  /** A token that the old policy would never take: the float weight would be infinite. */
  @Test
  void logProbsFarApartStayFinite() {
    mask = new double[][] {{1, 1}};
    now = new double[][] {{0, 0}};
    old = new double[][] {{0, -200}};
    rollout = new double[][] {{-200, 0}};
    advantages = new double[][] {{1, 1}};
    for (Statistic statistic : Statistic.values()) {
      for (Level level : Level.values()) {
        INDArray got = weights(gate(statistic, level), DataType.FLOAT).weights();
        assertThat(Double.isFinite(got.sumNumber().doubleValue())).isTrue();
      }
    }
  }

  @Test
  void boundsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> OffPolicy.NONE.withGate(Statistic.K3, Level.TOKEN, 0.2, 0.1))
        .hasMessage("gateHigh is 0.1: it must be at least gateLow (0.2)");
    assertThatThrownBy(() -> OffPolicy.NONE.withGate(Statistic.K3, Level.TOKEN, Double.NaN, 1))
        .hasMessage("gateLow is NaN: it must be finite");
    assertThatThrownBy(() -> OffPolicy.NONE.withWeight(Weight.TOKEN, -1, 2))
        .hasMessage("weightLow is -1.0: it must be at least 0");
    assertThatThrownBy(() -> OffPolicy.NONE.withWeight(Weight.TOKEN, 2, 2))
        .hasMessage("weightHigh is 2.0: it must be above weightLow (2.0)");
    assertThatThrownBy(() -> OffPolicy.NONE.withNegativeLimit(Double.NaN))
        .hasMessage("negativeLimit is NaN: it must be a number");
    assertThat(OffPolicy.NONE.isOn()).isFalse();
    assertThat(OffPolicy.NONE.withNegativeLimit(1).isOn()).isTrue();
    assertThat(OffPolicy.NONE.withWeight(Weight.TOKEN, 0, 1).isOn()).isTrue();
    assertThat(OffPolicy.NONE.withGate(Statistic.TV, Level.TOKEN, 0, 1).isOn()).isTrue();
  }
}
