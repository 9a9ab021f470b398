package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.loss.preference.DirectPreference;
import org.align4j.algorithms.loss.preference.PairLoss;
import org.align4j.algorithms.loss.surrogate.PpoClip;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.core.tensor.ArrayScope;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Value loss, preference losses and losses written in SameDiff. */
class OtherLossesTest {

  private static INDArray random(Random random, double scale, long... shape) {
    double[] values = new double[(int) Nd4j.zeros(shape).length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape(shape);
  }

  /** Central differences with step 1e-6 of functions of size one: good to 1e-8. */
  private static void assertGradient(
      INDArray at, INDArray gradient, ToDoubleFunction<INDArray> function) {
    for (long i = 0; i < at.length(); i++) {
      INDArray up = at.dup();
      INDArray down = at.dup();
      up.putScalar(i, at.getDouble(i) + 1e-6);
      down.putScalar(i, at.getDouble(i) - 1e-6);
      double numeric = (function.applyAsDouble(up) - function.applyAsDouble(down)) / 2e-6;
      assertThat(gradient.getDouble(i)).as("element %s", i).isCloseTo(numeric, within(1e-8));
    }
  }

  private static final INDArray MASK =
      Nd4j.createFromArray(new double[][] {{1, 1, 0, 1}, {1, 0, 0, 0}, {0, 0, 0, 0}});

  /** ½·max of two squares, token by token in plain Java. */
  @Test
  void theValueLossAgreesWithItsFormula() {
    Random random = new Random(1);
    for (Aggregation aggregation : Aggregation.values()) {
      for (double clip : new double[] {0.3, Double.POSITIVE_INFINITY}) {
        INDArray values = random(random, 1, 3, 4);
        INDArray old = random(random, 1, 3, 4);
        INDArray returns = random(random, 1, 3, 4);
        ValueLoss loss = new ValueLoss(clip, aggregation, 8);
        LossResult got = loss.evaluate(values, old, returns, MASK, BatchTotals.of(MASK));
        double expected = 0;
        double clipped = 0;
        for (int i = 0; i < 3; i++) {
          for (int t = 0; t < 4; t++) {
            if (MASK.getDouble(i, t) == 0) {
              continue;
            }
            double v = values.getDouble(i, t);
            double o = old.getDouble(i, t);
            double r = returns.getDouble(i, t);
            double held = o + Math.max(-clip, Math.min(clip, v - o));
            double share =
                switch (aggregation) {
                  case TOKEN_MEAN -> 1 / 4.0;
                  case SEQ_MEAN_TOKEN_MEAN -> 1 / (2.0 * (i == 0 ? 3 : 1));
                  case SEQ_MEAN_TOKEN_SUM -> 1 / 2.0;
                  case SEQ_MEAN_TOKEN_SUM_NORM -> 1 / 16.0;
                  case TOKEN_SUM_OVER_LENGTH -> 1 / 8.0;
                  case SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH -> 1 / 24.0;
                };
            expected += share * Math.max((v - r) * (v - r), (held - r) * (held - r)) / 2;
            boolean outside = Math.abs(v - o) > clip;
            clipped += outside && (held - r) * (held - r) > (v - r) * (v - r) ? 0.25 : 0;
          }
        }
        assertThat(got.loss()).as(aggregation.label()).isCloseTo(expected, within(1e-12));
        assertThat(got.statistic("value_clip_fraction")).isEqualTo(clipped);
        assertGradient(
            values,
            got.gradient(),
            x -> loss.evaluate(x, old, returns, MASK, BatchTotals.of(MASK)).loss());
      }
    }
  }

  @Test
  void theValueLossRefusesWhatDoesNotMatch() {
    ValueLoss loss = new ValueLoss(0.2, Aggregation.TOKEN_MEAN, 0);
    INDArray good = MASK.dup();
    INDArray wide = Nd4j.zeros(DataType.DOUBLE, 3, 5);
    BatchTotals totals = BatchTotals.of(MASK);
    String rest = " [3, 5] does not match mask [3, 4]: pass the mask of the same rollout";
    assertThatThrownBy(() -> loss.evaluate(wide, good, good, MASK, totals))
        .hasMessage("values" + rest);
    assertThatThrownBy(() -> loss.evaluate(good, wide, good, MASK, totals))
        .hasMessage("oldValues" + rest);
    assertThatThrownBy(() -> loss.evaluate(good, good, wide, MASK, totals))
        .hasMessage("returns" + rest);
    assertThatThrownBy(() -> new ValueLoss(0, Aggregation.TOKEN_MEAN, 0))
        .hasMessage("clip is 0.0: it must be above 0");
    assertThatThrownBy(() -> new ValueLoss(1, Aggregation.TOKEN_MEAN, -1))
        .hasMessage(
            "constantLength is -1: it must be at least 1, or 0 for the columns of the batch");
  }

  private static double logSigmoid(double x) {
    return -Math.log1p(Math.exp(-x));
  }

  @Test
  void bradleyTerryAgreesWithItsFormula() {
    Random random = new Random(2);
    INDArray chosen = random(random, 1, 5);
    INDArray rejected = random(random, 1, 5);
    INDArray margin = random(random, 0.5, 5);
    for (INDArray m : new INDArray[] {margin, null}) {
      for (double centring : new double[] {0, 0.2}) {
        BradleyTerry loss = new BradleyTerry(centring);
        PairLoss got = loss.evaluate(chosen, rejected, m);
        double expected = 0;
        double ahead = 0;
        for (int i = 0; i < 5; i++) {
          double d = chosen.getDouble(i) - rejected.getDouble(i);
          double sum = chosen.getDouble(i) + rejected.getDouble(i);
          ahead += d > 0 ? 0.2 : 0;
          expected -= logSigmoid(d - (m == null ? 0 : m.getDouble(i))) / 5;
          expected += centring * sum * sum / 5;
        }
        assertThat(got.loss()).isCloseTo(expected, within(1e-12));
        assertThat(got.accuracy()).isCloseTo(ahead, within(1e-12));
        assertGradient(chosen, got.chosenGradient(), x -> loss.evaluate(x, rejected, m).loss());
        assertGradient(rejected, got.rejectedGradient(), x -> loss.evaluate(chosen, x, m).loss());
      }
    }
  }

  /**
   * From TRL 1.16's formula run in torch.float64: {@code -logsigmoid(c - r - margin).mean() +
   * center_rewards_coefficient * mean((c + r) ** 2)} and its gradients.
   */
  @Test
  void bradleyTerryWithMarginAndCentringAgreesWithTrl() {
    INDArray chosen = Nd4j.createFromArray(0.3, -1.2, 2.5);
    INDArray rejected = Nd4j.createFromArray(-0.4, 0.7, 2.5);
    INDArray margin = Nd4j.createFromArray(0.5, 1.0, 0.0);
    PairLoss got = new BradleyTerry(0.01).evaluate(chosen, rejected, margin);
    // digits of the printed reference
    assertThat(got.loss()).isCloseTo(1.4991496087198335, within(1e-12));
    assertThat(got.chosenGradient().toDoubleVector())
        .containsExactly(
            new double[] {-0.1507220008958407, -0.3192821456405274, -0.13333333333333333},
            within(1e-12));
    assertThat(got.rejectedGradient().toDoubleVector())
        .containsExactly(
            new double[] {0.14938866756250735, 0.3126154789738607, 0.19999999999999998},
            within(1e-12));
  }

  @Test
  void directPreferenceAgreesWithItsFormulas() {
    Random random = new Random(3);
    INDArray pc = random(random, 2, 4);
    INDArray pr = random(random, 2, 4);
    INDArray rc = random(random, 2, 4);
    INDArray rr = random(random, 2, 4);
    for (DirectPreference.Form form : DirectPreference.Form.values()) {
      for (double smoothing : new double[] {0, 0.1}) {
        DirectPreference loss =
            new DirectPreference(form, 0.3, smoothing, DirectPreference.Length.SUM);
        PairLoss got = loss.evaluate(pc, pr, rc, rr);
        double expected = 0;
        double ahead = 0;
        for (int i = 0; i < 4; i++) {
          double h = pc.getDouble(i) - pr.getDouble(i) - (rc.getDouble(i) - rr.getDouble(i));
          ahead += h > 0 ? 0.25 : 0;
          expected +=
              form == DirectPreference.Form.LOGISTIC
                  ? (-(1 - smoothing) * logSigmoid(0.3 * h) - smoothing * logSigmoid(-0.3 * h)) / 4
                  : Math.pow(h - 1 / 0.6, 2) / 4;
        }
        assertThat(got.loss()).as("%s", loss).isCloseTo(expected, within(1e-12));
        assertThat(got.accuracy()).isEqualTo(ahead);
        assertGradient(pc, got.chosenGradient(), x -> loss.evaluate(x, pr, rc, rr).loss());
        assertGradient(pr, got.rejectedGradient(), x -> loss.evaluate(pc, x, rc, rr).loss());
      }
    }
  }

  /** Three of four pairs are in the right order; the sums of two are above 0. */
  @Test
  void accuracyIsTheShareOfPairsInTheRightOrder() {
    INDArray chosen = Nd4j.createFromArray(-1.0, 1, -1, 2);
    INDArray rejected = Nd4j.createFromArray(-2.0, 5, -3, 1);
    assertThat(BradleyTerry.PLAIN.evaluate(chosen, rejected, null).accuracy()).isEqualTo(0.75);
    assertThat(BradleyTerry.PLAIN.evaluate(chosen, rejected, rejected).accuracy()).isEqualTo(0.75);
  }

  /** exp(1000) overflows; log σ(±1000) is 0 and −1000. */
  @Test
  void preferenceLossesSurviveLargeDifferences() {
    INDArray big = Nd4j.createFromArray(1000.0, -1000.0);
    PairLoss got = BradleyTerry.PLAIN.evaluate(big, big.neg(), null);
    assertThat(got.loss()).isEqualTo(1000);
    assertThat(got.chosenGradient().toDoubleVector())
        .containsExactly(new double[] {0, -0.5}, within(1e-15));
  }

  @Test
  void preferenceLossesRefuseWhatDoesNotMatch() {
    INDArray two = Nd4j.zeros(DataType.DOUBLE, 2);
    INDArray three = Nd4j.zeros(DataType.DOUBLE, 3);
    String rest = " [3] does not match %s [2]: pass vectors [B] of the same pairs";
    assertThatThrownBy(() -> BradleyTerry.PLAIN.evaluate(two, three, null))
        .hasMessage("rejected" + rest.formatted("chosen"));
    assertThatThrownBy(() -> BradleyTerry.PLAIN.evaluate(two, two, three))
        .hasMessage("margin" + rest.formatted("chosen"));
    DirectPreference loss = DirectPreference.dpo(0.1);
    assertThatThrownBy(() -> loss.evaluate(two, three, two, two))
        .hasMessage("policyRejected" + rest.formatted("policyChosen"));
    assertThatThrownBy(() -> loss.evaluate(two, two, three, two))
        .hasMessage("refChosen" + rest.formatted("policyChosen"));
    assertThatThrownBy(() -> loss.evaluate(two, two, two, three))
        .hasMessage("refRejected" + rest.formatted("policyChosen"));
    assertThatThrownBy(() -> DirectPreference.dpo(0)).hasMessage("beta is 0.0: it must be above 0");
    for (double bad : new double[] {-0.1, 0.5}) {
      assertThatThrownBy(() -> DirectPreference.cdpo(1, bad))
          .hasMessage("labelSmoothing is " + bad + ": it must be in [0, 0.5)");
    }
  }

  private static PolicyLossInputs inputs(DataType type) {
    Random random = new Random(4);
    return PolicyLossInputs.of(
        random(random, 0.5, 3, 4).muli(MASK).castTo(type),
        random(random, 0.5, 3, 4).muli(MASK).castTo(type),
        random(random, 1, 3, 4).muli(MASK).castTo(type),
        MASK.castTo(type));
  }

  /** PPO's clip with {@code min(a, b)} as {@code a − relu(a − b)}; 1e-6 for float32 sums. */
  @Test
  void aLossWrittenInSameDiffIsDifferentiated() {
    PolicyLoss written =
        new SameDiffPolicyLoss(
            "my-clip",
            (graph, in) -> {
              var ratio = graph.math().exp(in.logProbs().sub(in.oldLogProbs()));
              var plain = ratio.mul(in.advantages());
              var held = graph.clipByValue(ratio, 0.8, 1.2).mul(in.advantages());
              return plain.sub(graph.nn().relu(plain.sub(held), 0)).neg();
            });
    PolicyLossSettings settings =
        PolicyLossSettings.of(Convention.PAPER)
            .withKl(0.1, "k2")
            .withDualClip(Double.POSITIVE_INFINITY);
    // Twice each, as a trainer has it: the graph outlives the arrays of the first time.
    for (DataType type :
        new DataType[] {DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT, DataType.DOUBLE}) {
      try (ArrayScope _ = ArrayScope.open()) {
        PolicyLossInputs inputs = inputs(type);
        inputs = inputs.withRefLogProbs(inputs.oldLogProbs());
        LossResult expected = new PolicyObjective(new PpoClip(), settings).evaluate(inputs);
        LossResult got = new PolicyObjective(written, settings).evaluate(inputs);
        assertThat(got.loss()).isCloseTo(expected.loss(), within(1e-6));
        assertThat(got.gradient().equalsWithEps(expected.gradient(), 1e-6)).isTrue();
        assertThat(got.gradient().maxNumber().doubleValue()).isGreaterThan(0);
      }
    }
    assertThat(written.name()).isEqualTo("my-clip");
  }

  @Test
  void aLossWrittenInSameDiffMustAnswerPerToken() {
    PolicyLoss scalar = new SameDiffPolicyLoss("mean", (graph, in) -> in.logProbs().mean());
    assertThatThrownBy(() ->
            new PolicyObjective(scalar, PolicyLossSettings.of(Convention.PAPER))
                .evaluate(inputs(DataType.DOUBLE)))
        .hasMessage("policy loss mean answers []: it must give a loss for each token, [3, 4]");
  }

  /** A user's class, met in the middle of a run. */
  @Test
  void aLossThatThrowsOrAnswersAnotherShapeIsToldByItsName() {
    PolicyLossInputs inputs = inputs(DataType.DOUBLE);
    PolicyLossSettings settings = PolicyLossSettings.of(Convention.PAPER);
    assertThatThrownBy(() ->
            new PolicyObjective(
                    loss(() -> {
                      throw new ArithmeticException("by zero");
                    }),
                    settings)
                .evaluate(inputs))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("policy loss mine failed: java.lang.ArithmeticException: by zero");
    INDArray column = Nd4j.zeros(DataType.DOUBLE, 3, 1);
    assertThatThrownBy(() ->
            new PolicyObjective(loss(() -> new Surrogate(MASK, column, MASK)), settings)
                .evaluate(inputs))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("policy loss mine answered gradient [3, 1]: it must be [3, 4]");
  }

  private static PolicyLoss loss(Supplier<Surrogate> answer) {
    return new PolicyLoss() {
      @Override
      public String name() {
        return "mine";
      }

      @Override
      public Surrogate evaluate(
          PolicyLossInputs inputs, INDArray weights, PolicyLossSettings settings) {
        return answer.get();
      }
    };
  }

  @Test
  void everyLossIsRegistered() {
    assertThat(PolicyLoss.registry().names())
        .containsExactly(
            "cispo",
            "clip-cov",
            "dppo-kl",
            "dppo-tv",
            "gmpo",
            "gspo",
            "kl-cov",
            "ppo-clip",
            "reinforce",
            "sapo");
    assertThatThrownBy(() -> PolicyLoss.registry().get("cipso"))
        .hasMessageStartingWith(
            "unknown policy loss cipso; did you mean cispo? Known: cispo, clip-cov");
  }

  @Test
  void aStatisticThatIsNotThereIsAskedForInVain() {
    LossResult result =
        new PolicyObjective(new PpoClip(), PolicyLossSettings.of(Convention.PAPER))
            .evaluate(inputs(DataType.DOUBLE));
    assertThatThrownBy(() -> result.statistic("speed"))
        .hasMessageStartingWith("no statistic speed; there are [policy_loss,");
  }
}
