package org.align4j.algorithms.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.align4j.algorithms.advantage.estimator.BatchMean;
import org.align4j.algorithms.advantage.estimator.DrGrpo;
import org.align4j.algorithms.advantage.estimator.Reinforce;
import org.align4j.algorithms.advantage.estimator.ReinforcePlusPlus;
import org.align4j.algorithms.convention.Convention;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EstimatorsTest {

  private static final String[] KL = {"k1", "k2", "k3", "abs"};

  private static AdvantageSettings settings(ScalarEstimators.Options o) {
    return AdvantageSettings.of(Convention.of(o.convention()))
        .withGamma(o.gamma())
        .withLambda(o.lambda())
        .withKl(o.beta(), o.kl())
        .withRewardClip(o.clipLow(), o.clipHigh());
  }

  private static ScalarEstimators.Options options(Random random, Convention convention) {
    boolean clips = random.nextBoolean();
    return new ScalarEstimators.Options(
        convention.name(),
        random.nextInt(3) == 0 ? 1 : 0.5 + random.nextDouble() / 2,
        random.nextInt(4) == 0 ? 1 : random.nextDouble(),
        random.nextInt(4) == 0 ? 0 : random.nextDouble() / 2,
        KL[random.nextInt(KL.length)],
        clips ? -1.5 : Double.NEGATIVE_INFINITY,
        clips ? 1 : Double.POSITIVE_INFINITY);
  }

  private static void assertEqual(
      INDArray got, double[][] expected, double tolerance, String what) {
    assertThat(got.shape()).containsExactly(expected.length, expected[0].length);
    double[][] values = got.reshape(got.shape()).toDoubleMatrix();
    for (int i = 0; i < expected.length; i++) {
      for (int t = 0; t < expected[i].length; t++) {
        double bound = tolerance * Math.max(1, Math.abs(expected[i][t]));
        // A sentence is only made where it is needed: there are tens of thousands of numbers.
        if (!(Math.abs(values[i][t] - expected[i][t]) <= bound)) {
          assertThat(values[i][t])
              .as("%s[%s,%s]", what, i, t)
              .isCloseTo(expected[i][t], within(bound));
        }
      }
    }
  }

  /** Sums of at most twelve terms of size one in double: 1e-9 is far above their rounding. */
  @Test
  void everyEstimatorUnderEveryConventionAgreesWithItsFormula() {
    Random random = new Random(5);
    for (int round = 0; round < 8; round++) {
      // The first rounds are single columns and pairs, where ND4J likes to lose a dimension.
      int columns = round < 2 ? 1 : 1 + random.nextInt(12);
      int rows = round % 4 == 1 ? 2 : 3 + random.nextInt(10);
      Rollouts rollouts = Rollouts.random(round, rows, columns);
      for (Convention convention : Convention.ALL) {
        ScalarEstimators.Options o = options(random, convention);
        for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
          String what = estimator.name() + " under " + o + ", round " + round;
          ScalarEstimators expected = new ScalarEstimators(estimator.name(), rollouts, o);
          Advantages got = estimator.estimate(rollouts.experience(), settings(o));
          assertEqual(got.advantages(), expected.advantages, 1e-9, what + " advantages");
          assertEqual(got.returns(), expected.returns, 1e-9, what + " returns");
          assertEqual(
              got.shapedReturn().reshape(rollouts.b, 1),
              Arrays.stream(expected.shaped)
                  .mapToObj(x -> new double[] {x})
                  .toArray(double[][]::new),
              1e-9,
              what + " shaped return");
        }
      }
    }
  }

  @Test
  void thereAreThirteenEstimators() {
    assertThat(AdvantageEstimator.registry().names())
        .containsExactly(
            "batch-mean",
            "dr-grpo",
            "gae",
            "gdpo",
            "gpg",
            "grpo",
            "maxrl",
            "opo",
            "reinforce",
            "reinforce++",
            "reinforce++-baseline",
            "remax",
            "rloo");
  }

  @Test
  void onlyGaeNeedsValuesAndOnlyRemaxAGreedySample() {
    for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
      assertThat(estimator.needsValues()).isEqualTo(estimator.name().equals("gae"));
      assertThat(estimator.needsGreedyRewards()).isEqualTo(estimator.name().equals("remax"));
      assertThat(estimator.needsGroups())
          .as(estimator.name())
          .isEqualTo(
              List.of(
                      "dr-grpo",
                      "gdpo",
                      "gpg",
                      "grpo",
                      "maxrl",
                      "opo",
                      "reinforce++-baseline",
                      "rloo")
                  .contains(estimator.name()));
    }
  }

  /** The peer's own example: OpenRLHF 0.11.2, tests/test_reward_shaping.py. */
  @Test
  void theBaselineOfFlashReinforceIsTheMeanOfTheBatch() {
    for (Convention convention : Convention.ALL) {
      Experience experience =
          Experience.of(
              Nd4j.ones(DataType.DOUBLE, 4, 2),
              Nd4j.zeros(DataType.DOUBLE, 4, 2),
              null,
              Nd4j.createFromArray(1.0, 0.0, 0.0, 0.0),
              Groups.of(0, 1, 2, 3));
      assertEqual(
          new BatchMean().estimate(experience, AdvantageSettings.of(convention)).advantages(),
          new double[][] {{0.75, 0.75}, {-0.25, -0.25}, {-0.25, -0.25}, {-0.25, -0.25}},
          0,
          convention.name());
    }
  }

  /** A group whose rewards are all equal teaches nothing: not even rounding noise. */
  @Test
  void equalRewardsGiveExactlyZeroAdvantage() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (double reward : new double[] {0.1, 1 / 3.0, -7.3, 1e6}) {
        Rollouts rollouts = Rollouts.random(3, 12, 5);
        for (int i = 0; i < rollouts.b; i++) {
          rollouts.group[i] = i % 4;
          rollouts.rewards[i] = reward;
          rollouts.components[0][i] = reward;
          rollouts.components[1][i] = -reward;
        }
        for (Convention convention : Convention.ALL) {
          for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
            if (estimator.needsGroups() || estimator.name().equals("batch-mean")) {
              AdvantageSettings settings = AdvantageSettings.of(convention).withKlCoefficient(0);
              INDArray got = estimator.estimate(rollouts.experience(type), settings).advantages();
              assertThat(got.dataType()).isEqualTo(type);
              assertThat(got.maxNumber().doubleValue()).as(estimator.name()).isZero();
              assertThat(got.minNumber().doubleValue()).as(estimator.name()).isZero();
            }
          }
        }
      }
    }
  }

  @Test
  void aPromptWithOneSampleHasAdvantageZeroOrItsRawScoreInVerl() {
    Experience experience =
        Experience.of(
            Nd4j.ones(DataType.DOUBLE, 3, 2),
            Nd4j.zeros(DataType.DOUBLE, 3, 2),
            null,
            Nd4j.createFromArray(2.0, 1.0, 5.0),
            Groups.of(0, 0, 1));
    for (Convention convention : Convention.ALL) {
      for (String name : new String[] {"grpo", "dr-grpo", "rloo", "opo", "gpg"}) {
        if (convention == Convention.PAPER && name.equals("rloo")) {
          continue; // whitened there
        }
        INDArray got =
            AdvantageEstimator.registry()
                .get(name)
                .estimate(experience, AdvantageSettings.of(convention))
                .advantages();
        assertThat(got.getDouble(2, 0))
            .as("%s under %s", name, convention.name())
            .isCloseTo(convention == Convention.VERL ? 5 : 0, within(1e-5));
      }
    }
  }

  /** Rows are summed in another order, so the last bits may differ. */
  @Test
  void theOrderOfTheBatchDoesNotMatter() {
    Rollouts rollouts = Rollouts.random(11, 9, 7);
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8));
    Collections.shuffle(order, new Random(1));
    int[] rows = order.stream().mapToInt(x -> x).toArray();
    for (Convention convention : Convention.ALL) {
      for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
        AdvantageSettings settings = AdvantageSettings.of(convention).withKl(0.1, "k3");
        INDArray straight = estimator.estimate(rollouts.experience(), settings).advantages();
        INDArray shuffled =
            estimator.estimate(rollouts.permuted(rows).experience(), settings).advantages();
        assertEqual(shuffled, straight.getRows(rows).toDoubleMatrix(), 1e-12, estimator.name());
      }
    }
  }

  @Test
  void paddingColumnsDoNotMatter() {
    Rollouts rollouts = Rollouts.random(12, 6, 5);
    for (Convention convention : Convention.ALL) {
      for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
        AdvantageSettings settings = AdvantageSettings.of(convention).withGamma(0.9);
        Advantages narrow = estimator.estimate(rollouts.experience(), settings);
        Advantages wide = estimator.estimate(rollouts.padded(4).experience(), settings);
        double[][] expected = new double[6][9];
        for (int i = 0; i < 6; i++) {
          System.arraycopy(narrow.advantages().toDoubleMatrix()[i], 0, expected[i], 0, 5);
        }
        assertEqual(wide.advantages(), expected, 1e-12, estimator.name());
      }
    }
  }

  /**
   * Without whitening a prompt's advantages are its own business; α of GPG and the mean of
   * FlashREINFORCE are the batch's.
   */
  @Test
  void splittingTheBatchByGroupsDoesNotMatterWhereNothingIsWhitened() {
    Rollouts rollouts = Rollouts.random(13, 8, 5);
    for (Convention convention : Convention.ALL) {
      for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
        if (convention.advantage().whitening().containsKey(estimator.name())
            || List.of("gpg", "batch-mean").contains(estimator.name())) {
          continue;
        }
        AdvantageSettings settings = AdvantageSettings.of(convention);
        double[][] whole =
            estimator.estimate(rollouts.experience(), settings).advantages().toDoubleMatrix();
        for (int id : Arrays.stream(rollouts.group).distinct().toArray()) {
          List<double[]> rows = new ArrayList<>();
          for (int i = 0; i < rollouts.b; i++) {
            if (rollouts.group[i] == id) {
              rows.add(whole[i]);
            }
          }
          assertEqual(
              estimator.estimate(rollouts.onlyGroup(id).experience(), settings).advantages(),
              rows.toArray(double[][]::new),
              1e-12,
              estimator.name());
        }
      }
    }
  }

  /** 1e-4: whitening divides float32 sums over a few dozen tokens. */
  @Test
  void floatArraysGiveFloatAdvantagesCloseToTheDoubleOnes() {
    Rollouts rollouts = Rollouts.random(14, 6, 8);
    for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
      AdvantageSettings settings = AdvantageSettings.of(Convention.OPENRLHF);
      INDArray got = estimator.estimate(rollouts.experience(DataType.FLOAT), settings).advantages();
      assertThat(got.dataType()).isEqualTo(DataType.FLOAT);
      assertEqual(
          got.castTo(DataType.DOUBLE),
          estimator.estimate(rollouts.experience(), settings).advantages().toDoubleMatrix(),
          1e-4,
          estimator.name());
    }
  }

  @Test
  void estimatesLeaveTheExperienceAsItWas() {
    Rollouts rollouts = Rollouts.random(15, 6, 8);
    for (Convention convention : Convention.ALL) {
      for (AdvantageEstimator estimator : AdvantageEstimator.registry().all()) {
        Experience experience = rollouts.experience();
        estimator.estimate(experience, AdvantageSettings.of(convention));
        assertEqual(experience.responseMask(), rollouts.mask, 0, estimator.name());
        assertEqual(experience.logProbs(), rollouts.old, 0, estimator.name());
        assertEqual(
            java.util.Objects.requireNonNull(experience.values()),
            rollouts.values,
            0,
            estimator.name());
        assertThat(experience.rewards().toDoubleVector()).containsExactly(rollouts.rewards);
      }
    }
  }

  /** γ^t underflows long before 1,500 tokens; a division by it would not survive. */
  @Test
  void aStrongDiscountOverALongResponseStaysFinite() {
    int columns = 1500;
    Experience experience =
        Experience.of(
            Nd4j.ones(DataType.FLOAT, 1, columns),
            Nd4j.zeros(DataType.FLOAT, 1, columns),
            null,
            Nd4j.createFromArray(1f),
            Groups.of(0));
    INDArray got =
        new Reinforce()
            .estimate(experience, AdvantageSettings.of(Convention.VERL).withGamma(0.5))
            .advantages();
    assertThat(got.getDouble(0, columns - 1)).isEqualTo(1);
    assertThat(got.getDouble(0, columns - 4)).isEqualTo(0.125);
    assertThat(got.getDouble(0, 0)).isEqualTo(0);
  }

  /** A row without a response token has no advantage, but its score stays in its group. */
  @Test
  void anEmptyRowHasNoAdvantage() {
    Experience experience =
        Experience.of(
            Nd4j.createFromArray(new double[][] {{1, 1}, {0, 0}}),
            Nd4j.zeros(DataType.DOUBLE, 2, 2),
            null,
            Nd4j.createFromArray(3.0, 1.0),
            Groups.of(0, 0));
    for (Convention convention : Convention.ALL) {
      INDArray got =
          new DrGrpo().estimate(experience, AdvantageSettings.of(convention)).advantages();
      assertThat(got.toDoubleMatrix()[0]).containsExactly(1, 1);
      assertThat(got.toDoubleMatrix()[1]).containsExactly(new double[] {0, 0}, within(0.0));
    }
  }

  @Test
  void theKlThatEnteredTheRewardIsReported() {
    Rollouts rollouts = Rollouts.random(16, 3, 4);
    INDArray kl =
        new ReinforcePlusPlus()
            .estimate(
                rollouts.experience(), AdvantageSettings.of(Convention.PAPER).withKl(0.3, "k1"))
            .kl();
    for (int i = 0; i < 3; i++) {
      for (int t = 0; t < 4; t++) {
        assertThat(kl.getDouble(i, t))
            .isEqualTo(rollouts.mask[i][t] * (rollouts.old[i][t] - rollouts.ref[i][t]));
      }
    }
  }
}
