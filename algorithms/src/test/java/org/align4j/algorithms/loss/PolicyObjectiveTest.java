package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.surrogate.ReinforceLoss;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.align4j.algorithms.offpolicy.OffPolicy.Level;
import org.align4j.algorithms.offpolicy.OffPolicy.Statistic;
import org.align4j.algorithms.offpolicy.OffPolicy.Weight;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PolicyObjectiveTest {

  private static final String[] LOSSES = {"ppo-clip", "gspo", "cispo", "reinforce"};
  private static final String[] KL = {"k1", "k2", "k3", "abs", "k1+", "k3+"};
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  /** Random arrays with holes, an empty row, and ratios on both sides of every bound. */
  private static ScalarObjective random(Random random, ScalarObjective.Options o) {
    return random(random, o, 5, 6);
  }

  private static ScalarObjective random(
      Random random, ScalarObjective.Options o, int rows, int columns) {
    double[][] mask = new double[rows][columns];
    double[][] old = new double[rows][columns];
    double[][] advantages = new double[rows][columns];
    double[][] rollout = new double[rows][columns];
    double[][] ref = new double[rows][columns];
    double[][] entropy = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int t = 0; t < columns; t++) {
        mask[i][t] = i < rows - 1 && (t == 0 || random.nextInt(4) > 0) ? 1 : 0;
        // Also where masked: what is there must not matter.
        old[i][t] = -random.nextDouble() * 3;
        advantages[i][t] = random.nextGaussian();
        rollout[i][t] = old[i][t] + random.nextGaussian();
        ref[i][t] = old[i][t] + random.nextGaussian() / 2;
        entropy[i][t] = random.nextDouble();
      }
    }
    return new ScalarObjective(old, advantages, mask, rollout, ref, entropy, o);
  }

  private static double[][] policy(Random random, ScalarObjective s) {
    double[][] logProbs = new double[s.mask.length][s.mask[0].length];
    for (int i = 0; i < logProbs.length; i++) {
      for (int t = 0; t < logProbs[i].length; t++) {
        boolean far = random.nextInt(8) == 0;
        logProbs[i][t] = s.old[i][t] + (far ? 1.6 : 0.5 * random.nextGaussian());
      }
    }
    return logProbs;
  }

  private static PolicyLossInputs inputs(ScalarObjective s, double[][] logProbs) {
    return PolicyLossInputs.of(
            Nd4j.createFromArray(logProbs),
            Nd4j.createFromArray(s.old),
            Nd4j.createFromArray(s.advantages),
            Nd4j.createFromArray(s.mask))
        .withRolloutLogProbs(Nd4j.createFromArray(s.rollout))
        .withRefLogProbs(Nd4j.createFromArray(s.ref))
        .withEntropy(Nd4j.createFromArray(s.entropy));
  }

  private static PolicyLossSettings settings(ScalarObjective.Options o) {
    return PolicyLossSettings.of(Convention.of(o.convention()))
        .withClip(o.clipLow(), o.clipHigh())
        .withDualClip(o.dualClip())
        .withAggregation(Aggregation.of(o.aggregation()), (long) o.length())
        .withKl(o.beta(), o.kl())
        .withOffPolicy(offPolicy(o))
        .withEntropyCoefficient(o.entropyCoefficient());
  }

  private static OffPolicy offPolicy(ScalarObjective.Options o) {
    OffPolicy weighed = OffPolicy.NONE.withWeight(Weight.TOKEN, 0, INFINITY);
    return switch (o.correction()) {
      case "none" -> OffPolicy.NONE;
      case "tis" -> OffPolicy.NONE.withWeight(Weight.TOKEN, o.isLow(), o.isHigh());
      case "icepop" -> weighed.withGate(Statistic.RATIO, Level.TOKEN, o.isLow(), o.isHigh());
      case "limit" -> weighed.withNegativeLimit(o.isLow());
      default -> weighed.withGate(Statistic.BINARY_KL, Level.SEQUENCE, 0, o.isLow() / 5);
    };
  }

  private static PolicyObjective objective(ScalarObjective.Options o) {
    return new PolicyObjective(PolicyLoss.registry().get(o.loss()), settings(o));
  }

  private static ScalarObjective.Options options(
      Random random, String loss, Convention convention, Aggregation aggregation) {
    return new ScalarObjective.Options(
        loss,
        convention.name(),
        0.1 + 0.3 * random.nextDouble(),
        (loss.equals("cispo") && convention == Convention.TRL ? 1 : 0)
            + 0.1
            + 0.5 * random.nextDouble(),
        random.nextBoolean() ? INFINITY : 1.2 + 2 * random.nextDouble(),
        aggregation.label(),
        9,
        random.nextBoolean() ? 0 : 0.1 + random.nextDouble(),
        KL[random.nextInt(KL.length)],
        new String[] {"none", "tis", "icepop", "flash", "limit"}[random.nextInt(5)],
        0.5,
        1.5,
        random.nextBoolean() ? 0 : random.nextGaussian());
  }

  /**
   * Loss against the formula (1e-12: rounding), gradient against central differences of it (step
   * 1e-6, so 1e-7 for terms of size one), for every loss, convention and aggregation.
   */
  @Test
  void everyLossAndItsGradientAgreeWithTheFormula() {
    Random random = new Random(9);
    for (String loss : LOSSES) {
      for (Convention convention : Convention.ALL) {
        for (Aggregation aggregation : Aggregation.values()) {
          for (int round = 0; round < 3; round++) {
            ScalarObjective.Options o = options(random, loss, convention, aggregation);
            // Also one column or two rows, where ND4J likes to lose a dimension.
            ScalarObjective scalar = random(random, o, round == 1 ? 2 : 5, round == 2 ? 1 : 6);
            double[][] logProbs = policy(random, scalar);
            PolicyLossInputs inputs = inputs(scalar, logProbs);
            LossResult got = objective(o).evaluate(inputs);
            assertThat(got.loss())
                .as(o.toString())
                .isCloseTo(scalar.loss(logProbs, logProbs), within(1e-12));
            assertGradient(o, scalar, logProbs, got.gradient());
            assertStatistics(o, scalar, logProbs, got);
          }
        }
      }
    }
  }

  private static void assertGradient(
      ScalarObjective.Options o, ScalarObjective scalar, double[][] logProbs, INDArray gradient) {
    for (int i = 0; i < logProbs.length; i++) {
      for (int t = 0; t < logProbs[i].length; t++) {
        double h = 1e-6;
        double[][] up = copy(logProbs);
        double[][] down = copy(logProbs);
        up[i][t] += h;
        down[i][t] -= h;
        double numeric = (scalar.loss(up, logProbs) - scalar.loss(down, logProbs)) / (2 * h);
        double got = gradient.getDouble(i, t);
        if (!(Math.abs(got - numeric) <= 1e-7)) {
          assertThat(got).as("%s [%s,%s]", o, i, t).isCloseTo(numeric, within(1e-7));
        }
      }
    }
  }

  private static void assertStatistics(
      ScalarObjective.Options o, ScalarObjective scalar, double[][] logProbs, LossResult got) {
    double tokens = 0;
    double clipped = 0;
    double kl = 0;
    double entropy = 0;
    double deviation = 0;
    for (int i = 0; i < logProbs.length; i++) {
      for (int t = 0; t < logProbs[i].length; t++) {
        if (scalar.mask[i][t] == 1) {
          tokens++;
          clipped += scalar.clipped(i, t, logProbs) ? 1 : 0;
          double d = logProbs[i][t] - scalar.old[i][t];
          kl -= d;
          entropy += scalar.entropy[i][t];
          deviation = Math.max(deviation, Math.abs(Math.exp(d) - 1));
        }
      }
    }
    assertThat(got.statistic("clip_fraction"))
        .as(o.toString())
        .isCloseTo(clipped / tokens, within(1e-12));
    assertThat(got.statistic("approx_kl")).isCloseTo(kl / tokens, within(1e-12));
    assertThat(got.statistic("entropy")).isCloseTo(entropy / tokens, within(1e-12));
    assertThat(got.statistic("ratio_deviation_max")).isCloseTo(deviation, within(1e-12));
    assertOffPolicyStatistics(o, scalar, logProbs, got);
    ScalarObjective surrogate =
        new ScalarObjective(
            scalar.old,
            scalar.advantages,
            scalar.mask,
            scalar.rollout,
            scalar.ref,
            scalar.entropy,
            new ScalarObjective.Options(
                o.loss(),
                o.convention(),
                o.clipLow(),
                o.clipHigh(),
                o.dualClip(),
                o.aggregation(),
                o.length(),
                0,
                o.kl(),
                o.correction(),
                o.isLow(),
                o.isHigh(),
                0));
    assertThat(got.statistic("policy_loss"))
        .isCloseTo(surrogate.loss(logProbs, logProbs), within(1e-12));
    assertThat(got.statistics().containsKey("kl_loss")).isEqualTo(o.beta() > 0);
    if (o.beta() > 0) {
      double entropyTerm =
          got.entropyGradient() == null ? 0 : entropyTerm(got.entropyGradient(), scalar);
      assertThat(got.statistic("policy_loss") + o.beta() * got.statistic("kl_loss") + entropyTerm)
          .isCloseTo(got.loss(), within(1e-12));
    }
    assertThat(got.entropyGradient() != null).isEqualTo(o.entropyCoefficient() != 0);
  }

  private static void assertOffPolicyStatistics(
      ScalarObjective.Options o, ScalarObjective scalar, double[][] logProbs, LossResult got) {
    double tokens = 0;
    double kl = 0;
    double weight = 0;
    double gated = 0;
    double filled = 0;
    double gone = 0;
    for (int i = 0; i < logProbs.length; i++) {
      double length = 0;
      double left = 0;
      for (int t = 0; t < logProbs[i].length; t++) {
        if (scalar.mask[i][t] == 1) {
          length++;
          double w = scalar.weight(i, t, logProbs);
          kl += scalar.rollout[i][t] - scalar.old[i][t];
          weight += w;
          left += w == 0 ? 0 : 1;
        }
      }
      tokens += length;
      gated += length - left;
      filled += length > 0 ? 1 : 0;
      gone += length > 0 && left == 0 ? 1 : 0;
    }
    assertThat(got.statistic("off_policy_kl")).isCloseTo(kl / tokens, within(1e-12));
    assertThat(got.statistics().containsKey("gated_tokens"))
        .isEqualTo(!o.correction().equals("none"));
    if (!o.correction().equals("none")) {
      assertThat(got.statistic("off_policy_weight")).isCloseTo(weight / tokens, within(1e-12));
      assertThat(got.statistic("gated_tokens")).isCloseTo(gated / tokens, within(1e-12));
      assertThat(got.statistic("gated_sequences")).isCloseTo(gone / filled, within(1e-12));
    }
  }

  /** The bonus is linear in the entropy, so it is its own gradient times the entropy. */
  private static double entropyTerm(INDArray gradient, ScalarObjective scalar) {
    return gradient.mul(Nd4j.createFromArray(scalar.entropy)).sumNumber().doubleValue();
  }

  private static double[][] copy(double[][] x) {
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i].clone();
    }
    return y;
  }

  @Test
  void anEntropyBonusLowersTheLossOfTokensThatCount() {
    Random random = new Random(4);
    ScalarObjective.Options o =
        new ScalarObjective.Options(
            "ppo-clip",
            "openrlhf",
            0.2,
            0.2,
            INFINITY,
            "token-mean",
            0,
            0,
            "k2",
            "none",
            0,
            1,
            0.3);
    ScalarObjective scalar = random(random, o);
    double[][] logProbs = policy(random, scalar);
    INDArray gradient =
        java.util.Objects.requireNonNull(
            objective(o).evaluate(inputs(scalar, logProbs)).entropyGradient());
    double tokens = Nd4j.createFromArray(scalar.mask).sumNumber().doubleValue();
    for (int i = 0; i < 5; i++) {
      for (int t = 0; t < 6; t++) {
        assertThat(gradient.getDouble(i, t))
            .isCloseTo(-0.3 * scalar.mask[i][t] / tokens, within(1e-15));
      }
    }
  }

  /** Rows are independent given the totals: only the order of the last sum differs. */
  @Test
  void microBatchesAddUpToTheMiniBatch() {
    Random random = new Random(6);
    for (String loss : LOSSES) {
      for (Convention convention : Convention.ALL) {
        for (Aggregation aggregation : Aggregation.values()) {
          ScalarObjective.Options o = options(random, loss, convention, aggregation);
          ScalarObjective scalar = random(random, o);
          PolicyLossInputs whole = inputs(scalar, policy(random, scalar));
          LossResult expected = objective(o).evaluate(whole);
          BatchTotals totals = BatchTotals.of(whole.mask());
          double sum = 0;
          Map<String, Double> statistics = ImmutableMap.of();
          for (int[] rows : new int[][] {{0, 3}, {3, 5}}) {
            LossResult part = objective(o).evaluate(slice(whole, rows[0], rows[1]), totals);
            sum += part.loss();
            statistics = LossResult.join(statistics, part.statistics());
            INDArray gradient =
                expected
                    .gradient()
                    .get(NDArrayIndex.interval(rows[0], rows[1]), NDArrayIndex.all());
            assertThat(part.gradient().equalsWithEps(gradient, 1e-14)).as(o.toString()).isTrue();
          }
          assertThat(sum).as(o.toString()).isCloseTo(expected.loss(), within(1e-13));
          for (String name : expected.statistics().keySet()) {
            assertThat(statistics.get(name))
                .as(name)
                .isCloseTo(expected.statistic(name), within(1e-13));
          }
        }
      }
    }
  }

  private static PolicyLossInputs slice(PolicyLossInputs whole, int from, int to) {
    return new PolicyLossInputs(
        rows(whole.logProbs(), from, to),
        rows(whole.oldLogProbs(), from, to),
        rows(whole.advantages(), from, to),
        rows(whole.mask(), from, to),
        rows(whole.rolloutLogProbs(), from, to),
        rows(whole.refLogProbs(), from, to),
        rows(whole.entropy(), from, to),
        null);
  }

  private static INDArray rows(@Nullable INDArray x, int from, int to) {
    return Objects.requireNonNull(x)
        .get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
        .dup('c');
  }

  /** On the first inner step old is new: ρ is 1, nothing is clipped, and the loss is −mean(Â). */
  @Test
  void beforeAnyUpdateTheGradientIsThatOfReinforce() {
    Random random = new Random(8);
    ScalarObjective.Options o =
        new ScalarObjective.Options(
            "ppo-clip", "openrlhf", 0.2, 0.2, 3, "token-mean", 0, 0, "k2", "none", 0, 1, 0);
    ScalarObjective scalar = random(random, o);
    LossResult clip = objective(o).evaluate(inputs(scalar, scalar.old));
    LossResult plain =
        new PolicyObjective(new ReinforceLoss(), settings(o)).evaluate(inputs(scalar, scalar.old));
    assertThat(clip.gradient().equalsWithEps(plain.gradient(), 1e-15)).isTrue();
    assertThat(clip.statistic("ratio_deviation_max")).isZero();
    assertThat(clip.statistic("clip_fraction")).isZero();
    assertThat(clip.statistic("approx_kl")).isZero();
  }
}
