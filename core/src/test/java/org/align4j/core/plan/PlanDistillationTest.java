package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Divergence;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Divergences over the whole vocabulary and their gradients. */
class PlanDistillationTest {

  private static final float TEMPERATURE = 0.8f;

  /** Log-probs of every id after each labelled row, by asking for each id as the label. */
  private static double[][] logProbs(PlanNetwork network, TokenBatch batch, int vocabulary) {
    double[][] all = new double[batch.rows().length][vocabulary];
    for (int v = 0; v < vocabulary; v++) {
      int[] labels = new int[batch.rows().length];
      java.util.Arrays.fill(labels, v);
      float[] outputs =
          network
              .score(
                  new TokenBatch(
                      batch.tokens(), batch.layout(), batch.rows(), labels, batch.temperature()))
              .outputs();
      for (int m = 0; m < outputs.length; m++) {
        all[m][v] = outputs[m];
      }
    }
    return all;
  }

  private static double expected(double[] s, double[] t, double beta) {
    double sum = 0;
    for (int v = 0; v < s.length; v++) {
      double p = Math.exp(s[v]);
      double q = Math.exp(t[v]);
      double m = Math.log(beta * q + (1 - beta) * p);
      if (beta == 0) {
        sum += q * (t[v] - s[v]);
      } else if (beta == 1) {
        sum += p * (s[v] - t[v]);
      } else {
        sum += beta * q * (t[v] - m) + (1 - beta) * p * (s[v] - m);
      }
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"LLAMA, 0", "LLAMA, 0.3", "LLAMA, 1", "HEAD_NORMS, 0.5", "GPT2, 1"})
  void theDivergenceIsThatOfTheWholeVocabulary(SmallNetwork shape, double beta) {
    TokenBatch batch =
        Batches.shared(Batches.groups(new Random(7), shape.vocabulary(), 3, 24), TEMPERATURE);
    try (Parameters own = shape.randomParameters(3);
        Parameters others = shape.randomParameters(4);
        PlanNetwork student = PlanNetwork.create(shape, own);
        PlanNetwork teacher = PlanNetwork.create(shape, others)) {
      double[][] s = logProbs(student, batch, shape.vocabulary());
      double[][] t = logProbs(teacher, batch, shape.vocabulary());
      float[] values =
          student.distill(batch, teacher, new Divergence(beta), new float[batch.rows().length]);
      for (int m = 0; m < values.length; m++) {
        // log-probs are rounded to 2e-7 of some 5 nats
        assertThat((double) values[m]).isCloseTo(expected(s[m], t[m], beta), within(1e-5));
      }
    }
  }

  /** As {@link PlanGradientTest} does it, with the same tolerance. */
  @ParameterizedTest
  @CsvSource({"LLAMA, 0", "LLAMA, 1", "BIASED, 0.3", "WIDE, 0", "WIDE, 0.7", "GPT2, 1"})
  void gradientsAreTheSlopesOfTheDivergence(SmallNetwork shape, double beta) {
    Random random = new Random(7);
    Divergence divergence = new Divergence(beta);
    TokenBatch batch =
        Batches.shared(Batches.groups(random, shape.vocabulary(), 3, 24), TEMPERATURE);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    try (Parameters own = shape.randomParameters(3);
        Parameters others = shape.randomParameters(4);
        PlanNetwork student = PlanNetwork.create(shape, own);
        PlanNetwork teacher = PlanNetwork.create(shape, others)) {
      student.gradients().zero();
      var unused = student.distill(batch, teacher, divergence, coefficients);
      for (String name : own.names()) {
        INDArray array = own.get(name);
        float[] direction = Batches.coefficients(random, (int) array.length());
        double slope = 0;
        INDArray gradient = student.gradients().get(name);
        for (int i = 0; i < direction.length; i++) {
          slope += (double) direction[i] * gradient.data().getFloat(i);
        }
        double size = gradient.norm2Number().doubleValue();
        double step = 2e-2 / Math.sqrt(direction.length);
        Slope at = new Slope(student, teacher, batch, divergence, coefficients);
        move(student, array, direction, step);
        double above = at.loss();
        move(student, array, direction, -2 * step);
        double below = at.loss();
        move(student, array, direction, step);
        assertThat(slope)
            .as(name)
            .isCloseTo((above - below) / (2 * step), within(0.02 * size + 1e-3));
        // distill adds to the gradients: they are those of the first pass again
        student.gradients().zero();
        unused = student.distill(batch, teacher, divergence, coefficients);
      }
    }
  }

  private record Slope(
      PlanNetwork student,
      PlanNetwork teacher,
      TokenBatch batch,
      Divergence divergence,
      float[] coefficients) {
    double loss() {
      float[] values = student.distill(batch, teacher, divergence, new float[coefficients.length]);
      double sum = 0;
      for (int m = 0; m < values.length; m++) {
        sum += (double) coefficients[m] * values[m];
      }
      return sum;
    }
  }

  private static void move(PlanNetwork network, INDArray array, float[] direction, double step) {
    for (int i = 0; i < direction.length; i++) {
      array.data().put(i, array.data().getFloat(i) + step * direction[i]);
    }
    network.parametersChanged();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void aStudentThatIsItsTeacherHasNothingToLearn(double beta) {
    SmallNetwork shape = SmallNetwork.WIDE;
    TokenBatch batch = Batches.shared(Batches.groups(new Random(5), 99, 2, 16), TEMPERATURE);
    float[] ones = new float[batch.rows().length];
    java.util.Arrays.fill(ones, 1);
    try (Parameters own = shape.randomParameters(3);
        Parameters same = shape.randomParameters(3);
        PlanNetwork student = PlanNetwork.create(shape, own);
        PlanNetwork teacher = PlanNetwork.create(shape, same)) {
      student.gradients().zero();
      float[] values = student.distill(batch, teacher, new Divergence(beta), ones);
      assertThat(values).containsOnly(0f);
      // probabilities sum to 1 but for the rounding of the sum's logarithm, 1e-7
      assertThat(student.gradients().get("embed").norm2Number().doubleValue()).isLessThan(1e-5);
    }
  }

  @Test
  void eachLabelledRowHasACoefficient() {
    try (Parameters own = SmallNetwork.LLAMA.randomParameters(3);
        Parameters others = SmallNetwork.LLAMA.randomParameters(4);
        PlanNetwork student = PlanNetwork.create(SmallNetwork.LLAMA, own);
        PlanNetwork teacher = PlanNetwork.create(SmallNetwork.LLAMA, others)) {
      TokenBatch batch = Batches.shared(Batches.groups(new Random(5), 9, 1, 8), 1);
      int rows = batch.rows().length;
      assertThatThrownBy(
              () -> student.distill(batch, teacher, Divergence.REVERSE, new float[rows + 1]))
          .hasMessage(
              "coefficients [%s] do not match the %s labelled rows of the batch"
                  .formatted(rows + 1, rows));
    }
  }

  @Test
  void otherVocabulariesAreRefused() {
    try (Parameters own = SmallNetwork.LLAMA.randomParameters(3);
        Parameters others = SmallNetwork.BIASED.randomParameters(4);
        PlanNetwork student = PlanNetwork.create(SmallNetwork.LLAMA, own);
        PlanNetwork teacher = PlanNetwork.create(SmallNetwork.BIASED, others)) {
      TokenBatch batch = Batches.shared(Batches.groups(new Random(5), 9, 1, 8), 1);
      assertThatThrownBy(() ->
              student.distill(batch, teacher, Divergence.REVERSE, new float[batch.rows().length]))
          .hasMessage(
              "the student has a vocabulary of 64, the teacher of 1501: they must be the same");
    }
  }
}
