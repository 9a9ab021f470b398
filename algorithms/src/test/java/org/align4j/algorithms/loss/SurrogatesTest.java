package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.algorithms.loss.surrogate.ReinforceLoss;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The surrogates and terms of late 2025: SAPO, DPPO, GMPO, covariance, entropy, right samples. */
class SurrogatesTest {

  private static final String[] LOSSES = {"sapo", "dppo-tv", "dppo-kl", "gmpo", "kl-cov"};
  private static final SurrogateOptions OPTIONS =
      SurrogateOptions.DEFAULT
          .withSapo(1.4, 2.3)
          .withDppo(0.06, 0.04, 1.2)
          .withGmpo(0.3, 0.2)
          .withCov(0.3, 0.02, 0.6, 0.7);

  private final Random random = new Random(3);

  /** Holes, a last row without a token, and what is masked is not 0. */
  private double[][] mask(int rows, int columns) {
    double[][] mask = new double[rows][columns];
    for (int i = 0; i < rows - 1; i++) {
      for (int t = 0; t < columns; t++) {
        mask[i][t] = t == 0 || random.nextInt(4) > 0 ? 1 : 0;
      }
    }
    return mask;
  }

  private double[][] gaussian(int rows, int columns, double scale) {
    double[][] x = new double[rows][columns];
    for (double[] row : x) {
      Arrays.setAll(row, t -> scale * random.nextGaussian());
    }
    return x;
  }

  private double[][] logProbs(int rows, int columns) {
    double[][] x = new double[rows][columns];
    for (double[] row : x) {
      Arrays.setAll(row, t -> -0.05 - 2 * random.nextDouble());
    }
    return x;
  }

  private double[][] moved(double[][] old, double by) {
    double[][] x = new double[old.length][];
    for (int i = 0; i < x.length; i++) {
      double[] from = old[i];
      x[i] = new double[from.length];
      Arrays.setAll(x[i], t -> Math.min(-0.01, from[t] + by * random.nextGaussian()));
    }
    return x;
  }

  private static INDArray array(double[][] x) {
    return Nd4j.createFromArray(x);
  }

  private static PolicyLossInputs inputs(ScalarSurrogates s, double[][] logProbs) {
    return PolicyLossInputs.of(array(logProbs), array(s.old), array(s.advantages), array(s.mask));
  }

  private static PolicyObjective objective(String loss, PolicyLossSettings settings) {
    return new PolicyObjective(PolicyLoss.registry().get(loss), settings);
  }

  private static PolicyLossSettings settings(Convention convention, Aggregation aggregation) {
    return PolicyLossSettings.of(convention)
        .withAggregation(aggregation, 7)
        .withOptions(LossOptions.DEFAULT.withSurrogate(OPTIONS));
  }

  private static double share(
      String loss, Convention convention, Aggregation aggregation, double[][] mask, int i) {
    double tokens = 0;
    double filled = 0;
    for (double[] row : mask) {
      double length = Arrays.stream(row).sum();
      tokens += length;
      filled += length > 0 ? 1 : 0;
    }
    boolean all = loss.equals("gmpo") || convention.loss().countsEmptyRows();
    double rows = all ? mask.length : filled;
    Aggregation used =
        loss.equals("gmpo") || loss.equals("sapo") ? Aggregation.SEQ_MEAN_TOKEN_MEAN : aggregation;
    return switch (used) {
      case TOKEN_MEAN -> 1 / tokens;
      case SEQ_MEAN_TOKEN_MEAN -> 1 / (Arrays.stream(mask[i]).sum() * rows);
      case SEQ_MEAN_TOKEN_SUM -> 1 / rows;
      case SEQ_MEAN_TOKEN_SUM_NORM -> 1 / (7.0 * rows);
      case TOKEN_SUM_OVER_LENGTH -> 1 / 7.0;
      case SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH -> 1 / (7.0 * mask.length);
    };
  }

  /** Value by formula (1e-12: rounding), gradient by central differences (1e-7 for step 1e-6). */
  @Test
  void everyNewLossAndItsGradientAgreeWithTheFormula() {
    for (String loss : LOSSES) {
      for (Convention convention : Convention.ALL) {
        for (Aggregation aggregation : Aggregation.values()) {
          for (int round = 0; round < 3; round++) {
            int rows = round == 1 ? 2 : 5;
            int columns = round == 2 ? 1 : 6;
            ScalarSurrogates s =
                new ScalarSurrogates(
                    logProbs(rows, columns),
                    gaussian(rows, columns, 1),
                    mask(rows, columns),
                    convention.loss().logRatioLimit(),
                    OPTIONS);
            // An advantage of exactly 0 has no sign.
            s.advantages[0][0] = 0;
            check(loss, convention, aggregation, s, moved(s.old, 0.5));
          }
        }
      }
    }
  }

  private static double total(
      String loss,
      Convention convention,
      Aggregation aggregation,
      ScalarSurrogates s,
      double[][] x,
      double[][] frozen) {
    double total = 0;
    for (int i = 0; i < x.length; i++) {
      for (int t = 0; t < x[i].length; t++) {
        if (s.mask[i][t] == 1) {
          total += share(loss, convention, aggregation, s.mask, i) * s.token(loss, i, t, x, frozen);
        }
      }
    }
    return total;
  }

  private static void check(
      String loss,
      Convention convention,
      Aggregation aggregation,
      ScalarSurrogates s,
      double[][] x) {
    String what = loss + " under " + convention.name() + ", " + aggregation;
    LossResult got = objective(loss, settings(convention, aggregation)).evaluate(inputs(s, x));
    assertThat(got.loss())
        .as(what)
        .isCloseTo(total(loss, convention, aggregation, s, x, x), within(1e-12));
    double clipped = 0;
    double tokens = 0;
    for (int i = 0; i < x.length; i++) {
      for (int t = 0; t < x[i].length; t++) {
        double center = x[i][t];
        double[][] up = Arrays.stream(x).map(double[]::clone).toArray(double[][]::new);
        double[][] down = Arrays.stream(x).map(double[]::clone).toArray(double[][]::new);
        up[i][t] = center + 1e-6;
        down[i][t] = center - 1e-6;
        double numeric =
            (total(loss, convention, aggregation, s, up, x)
                    - total(loss, convention, aggregation, s, down, x))
                / 2e-6;
        assertThat(got.gradient().getDouble(i, t)).as(what).isCloseTo(numeric, within(1e-7));
        tokens += s.mask[i][t];
        clipped += s.mask[i][t] == 1 && s.clipped(loss, i, t, x) ? 1 : 0;
      }
    }
    assertThat(got.statistic("clip_fraction")).as(what).isCloseTo(clipped / tokens, within(1e-12));
  }

  /** A log-ratio of 25 is held at 20 in OpenRLHF and verl: no gradient there. */
  @Test
  void sapoPassesNoGradientBeyondTheConventionsLimit() {
    PolicyLossInputs inputs =
        PolicyLossInputs.of(
            Nd4j.createFromArray(new double[][] {{-26}}),
            Nd4j.createFromArray(new double[][] {{-1}}),
            Nd4j.createFromArray(new double[][] {{1}}),
            Nd4j.ones(DataType.DOUBLE, 1, 1));
    for (Convention convention : Convention.ALL) {
      double gradient =
          objective("sapo", PolicyLossSettings.of(convention))
              .evaluate(inputs)
              .gradient()
              .getDouble(0);
      boolean held = Double.isFinite(convention.loss().logRatioLimit());
      assertThat(gradient == 0).as(convention.name()).isEqualTo(held);
    }
  }

  private ScalarSurrogates large() {
    return new ScalarSurrogates(
        logProbs(8, 9), gaussian(8, 9, 1), mask(8, 9), Double.POSITIVE_INFINITY, OPTIONS);
  }

  private static LossResult clipCov(ScalarSurrogates s, double[][] x, double share, long draw) {
    LossOptions options =
        LossOptions.DEFAULT
            .withSurrogate(OPTIONS.withCov(share, OPTIONS.covLow(), OPTIONS.covHigh(), 1))
            .withDraw(draw);
    return objective(
            "clip-cov", settings(Convention.PAPER, Aggregation.TOKEN_MEAN).withOptions(options))
        .evaluate(inputs(s, x));
  }

  /** With all candidates taken there is nothing random, and the clip decides the rest. */
  @Test
  void clipCovStopsUnclippedTokensBetweenItsBounds() {
    ScalarSurrogates s = large();
    double[][] x = moved(s.old, 0.3);
    LossResult got = clipCov(s, x, 1, 0);
    double tokens = Arrays.stream(s.mask).mapToDouble(row -> Arrays.stream(row).sum()).sum();
    double loss = 0;
    double dropped = 0;
    for (int i = 0; i < x.length; i++) {
      for (int t = 0; t < x[i].length; t++) {
        double a = s.advantages[i][t];
        double rho = Math.exp(x[i][t] - s.old[i][t]);
        double held = Math.max(0.8, Math.min(1.2, rho));
        boolean clipped = held * a < rho * a;
        double cov = s.covariance(x, i, t);
        boolean drops = !clipped && cov > OPTIONS.covLow() && cov < OPTIONS.covHigh();
        boolean learns = s.mask[i][t] == 1 && !drops;
        dropped += s.mask[i][t] == 1 && drops ? 1 : 0;
        loss -= learns ? Math.min(rho * a, held * a) / tokens : 0;
        assertThat(got.gradient().getDouble(i, t))
            .isCloseTo(learns && !clipped ? -rho * a / tokens : 0, within(1e-12));
      }
    }
    assertThat(dropped).isPositive();
    assertThat(got.loss()).isCloseTo(loss, within(1e-12));
    assertThat(got.statistic("clip_fraction")).isCloseTo(dropped / tokens, within(1e-12));
  }

  @Test
  void clipCovDrawsByItsKeyAndWhateverThePadding() {
    ScalarSurrogates s = large();
    double[][] x = moved(s.old, 0.3);
    LossResult one = clipCov(s, x, 0.05, 11);
    double tokens = Arrays.stream(s.mask).mapToDouble(row -> Arrays.stream(row).sum()).sum();
    assertThat(one.statistic("clip_fraction"))
        .isCloseTo(Math.max(1, (int) (0.05 * tokens)) / tokens, within(1e-12));
    assertThat(clipCov(s, x, 0.05, 11).gradient()).isEqualTo(one.gradient());
    assertThat(clipCov(s, x, 0.05, 12).gradient()).isNotEqualTo(one.gradient());
    ScalarSurrogates padded =
        new ScalarSurrogates(pad(s.old), pad(s.advantages), pad(s.mask), s.limit, OPTIONS);
    INDArray wide = clipCov(padded, pad(x), 0.05, 11).gradient();
    // Sums over more columns are rounded otherwise.
    assertThat(
            wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 9))
                .equalsWithEps(one.gradient(), 1e-14))
        .isTrue();
  }

  private static double[][] pad(double[][] x) {
    return Arrays.stream(x).map(row -> Arrays.copyOf(row, row.length + 3)).toArray(double[][]::new);
  }

  @Test
  void whatLooksAtTheWholeMiniBatchRefusesAPartOfIt() {
    ScalarSurrogates s = large();
    PolicyLossInputs inputs = inputs(s, s.old).withEntropy(array(s.mask));
    BatchTotals totals = new BatchTotals(16, 14, 90, 9, 0);
    PolicyLossSettings settings = settings(Convention.PAPER, Aggregation.TOKEN_MEAN);
    for (String loss : new String[] {"clip-cov", "kl-cov"}) {
      assertThatThrownBy(() -> objective(loss, settings).evaluate(inputs, totals))
          .hasMessage(loss + " needs the whole mini-batch at once: it got 8 of 16 rows");
    }
    PolicyLossSettings top = settings.withOptions(LossOptions.DEFAULT.withTopEntropy(0.2));
    assertThatThrownBy(() -> objective("sapo", top).evaluate(inputs, totals))
        .hasMessage("topEntropy needs the whole mini-batch at once: it got 8 of 16 rows");
    assertThat(objective("sapo", settings).needsWholeBatch()).isFalse();
    assertThat(objective("sapo", top).needsWholeBatch()).isTrue();
  }

  /**
   * A certain token has no room beside it but verl's 1e-8. With δ = 0.2, from e^(−0.01) to 1 the
   * binary KL is 0.127; from 1 to e^(−0.01) it is 0.01.
   */
  @Test
  void aCertainTokenHasAFiniteBinaryKl() {
    PolicyLossInputs inputs =
        PolicyLossInputs.of(
            Nd4j.createFromArray(new double[][] {{0, -0.01}}),
            Nd4j.createFromArray(new double[][] {{-0.01, 0}}),
            Nd4j.createFromArray(new double[][] {{1, -1}}),
            Nd4j.ones(DataType.DOUBLE, 1, 2));
    LossResult got = objective("dppo-kl", PolicyLossSettings.of(Convention.VERL)).evaluate(inputs);
    assertThat(got.statistic("clip_fraction")).isZero();
    assertThat(got.gradient().toDoubleMatrix()[0])
        .containsExactly(new double[] {-Math.exp(0.01) / 2, Math.exp(-0.01) / 2}, within(1e-12));
  }

  /** μ·mean −log π over the tokens of right samples of the mini-batch, whatever the micro-batch. */
  @Test
  void rightSamplesAddTheirNegativeLogProb() {
    ScalarSurrogates s = large();
    INDArray right =
        array(s.mask).mul(Nd4j.createFromArray(1.0, 0, 1, 0, 0, 1, 0, 0).reshape(8, 1));
    PolicyLossSettings plain = settings(Convention.OPENRLHF, Aggregation.TOKEN_MEAN);
    PolicyLossSettings with = plain.withOptions(plain.options().withPositiveNll(0.3));
    PolicyLossInputs inputs = inputs(s, s.old).withRight(right);
    LossResult before = objective("ppo-clip", plain).evaluate(inputs);
    LossResult after = objective("ppo-clip", with).evaluate(inputs);
    double tokens = right.sumNumber().doubleValue();
    double nll = -array(s.old).mul(right).sumNumber().doubleValue() / tokens;
    assertThat(after.loss() - before.loss()).isCloseTo(0.3 * nll, within(1e-12));
    assertThat(after.statistic("positive_nll")).isCloseTo(nll, within(1e-12));
    assertThat(
            after.gradient().sub(before.gradient()).equalsWithEps(right.mul(-0.3 / tokens), 1e-14))
        .isTrue();
    BatchTotals totals = BatchTotals.of(array(s.mask)).withRightTokens(2 * tokens);
    assertThat(objective("ppo-clip", with).evaluate(inputs, totals).statistic("positive_nll"))
        .isCloseTo(nll / 2, within(1e-12));
    PolicyLossInputs none = inputs.withRight(Nd4j.zerosLike(right));
    assertThat(objective("ppo-clip", with).evaluate(none).statistic("positive_nll")).isZero();
    assertThatThrownBy(() -> objective("ppo-clip", with).evaluate(inputs.withRight(null)))
        .hasMessage(
            "right is missing: positiveNll is 0.3, so say which samples are right or set it to 0");
  }

  /** Value and gradient of the KL term alone: advantages are 0. */
  @Test
  void aWeightedKlHasTheGradientOfItsForm() {
    double[][] mask = mask(4, 5);
    double[][] old = logProbs(4, 5);
    double[][] x = moved(old, 1.5);
    double[][] ref = moved(old, 0.7);
    double tokens = Arrays.stream(mask).mapToDouble(row -> Arrays.stream(row).sum()).sum();
    PolicyLossInputs inputs =
        PolicyLossInputs.of(array(x), array(old), Nd4j.zeros(DataType.DOUBLE, 4, 5), array(mask))
            .withRefLogProbs(array(ref));
    for (KlWeighting weighting : KlWeighting.values()) {
      PolicyLossSettings settings =
          PolicyLossSettings.of(Convention.TRL)
              .withAggregation(Aggregation.TOKEN_MEAN, 0)
              .withKl(0.4, "k3")
              .withOptions(LossOptions.DEFAULT.withKlWeighting(weighting));
      LossResult got = new PolicyObjective(new ReinforceLoss(), settings).evaluate(inputs);
      double loss = 0;
      for (int i = 0; i < 4; i++) {
        for (int t = 0; t < 5; t++) {
          double d = x[i][t] - ref[i][t];
          double rho = Math.exp(x[i][t] - old[i][t]);
          double k3 = Math.exp(-d) - 1 + d;
          double slope = 1 - Math.exp(-d);
          loss += mask[i][t] * (weighting == KlWeighting.VALUE ? rho * k3 : k3) * 0.4 / tokens;
          double derivative =
              switch (weighting) {
                case NONE -> slope;
                case GRADIENT -> Math.min(rho, 10) * d;
                case VALUE -> rho * (slope + k3);
              };
          assertThat(got.gradient().getDouble(i, t))
              .as(weighting.name())
              .isCloseTo(mask[i][t] * derivative * 0.4 / tokens, within(1e-12));
        }
      }
      assertThat(got.loss()).as(weighting.name()).isCloseTo(loss, within(1e-12));
    }
  }
}
