package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.align4j.algorithms.loss.preference.DirectPreference;
import org.align4j.algorithms.loss.preference.Kto;
import org.align4j.algorithms.loss.preference.Orpo;
import org.align4j.algorithms.loss.preference.PairLoss;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.loss.preference.ResponseLogProbs;
import org.align4j.algorithms.loss.preference.SimPo;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DPO's neighbours against scalar formulas and central differences. */
class PairNeighboursTest {

  private static final double KL = 0.4;

  private static final List<PolicyPairLoss> LOSSES =
      List.of(
          new SimPo(1.3, 0.6),
          new Orpo(0.7),
          new Kto(0.5, 1.4, 0.6),
          DirectPreference.dpo(0.3),
          DirectPreference.ipo(0.3));

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** One pair's loss; the negative log-likelihood of ORPO is the batch's and comes beside. */
  private static double formula(
      PolicyPairLoss loss, double pc, double pr, double rc, double rr, double nc, double nr) {
    double xc = pc / nc;
    double xr = pr / nr;
    if (loss instanceof SimPo s) {
      return -Math.log(sigmoid(s.beta() * (xc - xr) - s.margin()));
    }
    if (loss instanceof Orpo o) {
      double odds = Math.exp(xc) / (1 - Math.exp(xc)) / (Math.exp(xr) / (1 - Math.exp(xr)));
      return -o.beta() * Math.log(sigmoid(Math.log(odds)));
    }
    if (loss instanceof Kto k) {
      return (k.desirable() * (1 - sigmoid(k.beta() * (pc - rc - KL)))
              + k.undesirable() * (1 - sigmoid(k.beta() * (KL - (pr - rr)))))
          / 2;
    }
    DirectPreference d = (DirectPreference) loss;
    return d.form() == DirectPreference.Form.LOGISTIC
        ? -Math.log(sigmoid(d.beta() * (pc - pr - rc + rr)))
        : Math.pow((pc - rc) / nc - (pr - rr) / nr - 1 / (2 * d.beta()), 2);
  }

  /** 1e-12 is rounding; 1e-8 is that of central differences with step 1e-6. */
  @Test
  void everyLossAndItsGradientsAgreeWithTheFormula() {
    Random random = new Random(5);
    for (int b : new int[] {1, 4}) {
      double[][] x = new double[6][b];
      for (int i = 0; i < b; i++) {
        x[4][i] = 1 + random.nextInt(6);
        x[5][i] = 1 + random.nextInt(6);
        for (int k = 0; k < 4; k++) {
          x[k][i] = -x[4 + k % 2][i] * (0.05 + random.nextDouble());
        }
      }
      for (PolicyPairLoss loss : LOSSES) {
        PairLoss got = evaluate(loss, x);
        assertThat(got.loss()).as("%s", loss).isCloseTo(expected(loss, x), within(1e-12));
        double ahead = 0;
        for (int i = 0; i < b; i++) {
          boolean means = loss instanceof SimPo || loss instanceof Orpo;
          boolean ipo =
              loss instanceof DirectPreference d && d.form() == DirectPreference.Form.SQUARED;
          double c = means ? x[0][i] / x[4][i] : x[0][i] - x[2][i];
          double r = means ? x[1][i] / x[5][i] : x[1][i] - x[3][i];
          ahead += (ipo ? c / x[4][i] > r / x[5][i] : c > r) ? 1.0 / b : 0;
          assertThat(got.chosenGradient().getDouble(i))
              .as("%s", loss)
              .isCloseTo(numeric(loss, x, 0, i), within(1e-8));
          assertThat(got.rejectedGradient().getDouble(i))
              .as("%s", loss)
              .isCloseTo(numeric(loss, x, 1, i), within(1e-8));
        }
        assertThat(got.accuracy()).as("%s", loss).isCloseTo(ahead, within(1e-12));
      }
    }
  }

  private static PairLoss evaluate(PolicyPairLoss loss, double[][] x) {
    return loss.evaluate(
        new ResponseLogProbs(array(x[0]), array(x[2]), array(x[4])),
        new ResponseLogProbs(array(x[1]), array(x[3]), array(x[5])),
        KL);
  }

  private static INDArray array(double[] x) {
    return Nd4j.createFromArray(x);
  }

  private static double expected(PolicyPairLoss loss, double[][] x) {
    double sum = 0;
    double nll = 0;
    double tokens = 0;
    for (int i = 0; i < x[0].length; i++) {
      sum += formula(loss, x[0][i], x[1][i], x[2][i], x[3][i], x[4][i], x[5][i]);
      nll -= x[0][i];
      tokens += x[4][i];
    }
    return sum / x[0].length + (loss instanceof Orpo ? nll / tokens : 0);
  }

  private static double numeric(PolicyPairLoss loss, double[][] x, int side, int i) {
    double before = x[side][i];
    x[side][i] = before + 1e-6;
    double up = expected(loss, x);
    x[side][i] = before - 1e-6;
    double down = expected(loss, x);
    x[side][i] = before;
    return (up - down) / 2e-6;
  }

  @Test
  void rewardsAreWhatTheLossCompares() {
    ResponseLogProbs side =
        new ResponseLogProbs(
            array(new double[] {-6}), array(new double[] {-4}), array(new double[] {3}));
    assertThat(new SimPo(2, 0).rewards(side).getDouble(0)).isEqualTo(-4);
    assertThat(new Orpo(0.5).rewards(side).getDouble(0)).isEqualTo(-1);
    assertThat(new Kto(0.5, 1, 1).rewards(side).getDouble(0)).isEqualTo(-1);
    assertThat(DirectPreference.ipo(0.5).rewards(side).getDouble(0)).isEqualTo(-1);
    assertThat(LOSSES)
        .extracting(PolicyPairLoss::needsReference)
        .containsExactly(false, false, true, true, true);
    assertThat(LOSSES)
        .extracting(PolicyPairLoss::needsKl)
        .containsExactly(false, false, true, false, false);
  }

  /**
   * A response of probability 1 has odds of 10^12 and no infinity: against a certain rejected one,
   * and a chosen one of e^−1, the logit is −1 − log(1 − e^−1) + log 1e−12.
   */
  @Test
  void orpoSurvivesACertainResponse() {
    double logit = -1 - Math.log(1 - Math.exp(-1)) + Math.log(1e-12);
    double[][] rejected = {{-2}, {0}, {0}, {0}, {2}, {2}};
    assertThat(evaluate(new Orpo(0.1), rejected).loss())
        .isCloseTo(1 + 0.1 * (Math.log1p(Math.exp(logit)) - logit), within(1e-9));
    double[][] x = {{0}, {-3}, {0}, {0}, {2}, {2}};
    PairLoss got = evaluate(new Orpo(0.1), x);
    assertThat(got.loss()).isFinite();
    assertThat(got.chosenGradient().getDouble(0)).isFinite();
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new SimPo(0, 1)).hasMessage("beta is 0.0: it must be above 0");
    assertThatThrownBy(() -> new SimPo(1, -1)).hasMessage("margin is -1.0: it must be at least 0");
    assertThatThrownBy(() -> new Orpo(0)).hasMessage("beta is 0.0: it must be above 0");
    assertThatThrownBy(() -> new Kto(0, 1, 1)).hasMessage("beta is 0.0: it must be above 0");
    assertThatThrownBy(() -> new Kto(1, 0, 1)).hasMessage("desirable is 0.0: it must be above 0");
    assertThatThrownBy(() -> new Kto(1, 1, 0)).hasMessage("undesirable is 0.0: it must be above 0");
    INDArray one = Nd4j.zeros(DataType.DOUBLE, 1);
    INDArray two = Nd4j.zeros(DataType.DOUBLE, 2);
    assertThatThrownBy(() -> new ResponseLogProbs(one, two, one))
        .hasMessage("reference [2] does not match policy [1]: pass vectors [B] of the same pairs");
    assertThatThrownBy(() -> new ResponseLogProbs(one, one, two))
        .hasMessage("lengths [2] does not match policy [1]: pass vectors [B] of the same pairs");
    ResponseLogProbs a = new ResponseLogProbs(one, one, one);
    ResponseLogProbs b = new ResponseLogProbs(two, two, two);
    for (PolicyPairLoss loss : List.of(new SimPo(1, 0), new Orpo(1), new Kto(1, 1, 1))) {
      assertThatThrownBy(() -> loss.evaluate(a, b, 0))
          .hasMessage("rejected [2] does not match chosen [1]: pass vectors [B] of the same pairs");
    }
    assertThatThrownBy(() -> new Kto(1, 1, 1).evaluate(a, a, -1))
        .hasMessage("kl is -1.0: it must be at least 0");
  }
}
