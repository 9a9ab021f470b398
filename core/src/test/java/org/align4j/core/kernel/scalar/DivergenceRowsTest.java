package org.align4j.core.kernel.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against TRL's own function and torch's autograd ({@code divergence_cases.py}). */
class DivergenceRowsTest {

  static Stream<JsonNode> cases() throws IOException {
    try (InputStream in = DivergenceRowsTest.class.getResourceAsStream("divergence.json")) {
      JsonNode root = new ObjectMapper().readTree(Objects.requireNonNull(in));
      return StreamSupport.stream(root.path("cases").spliterator(), false);
    }
  }

  private static Matrix matrix(NativeMemory memory, JsonNode rows) {
    int columns = rows.path(0).size();
    Matrix matrix = memory.allocate((long) rows.size() * columns).matrix(columns);
    for (int n = 0; n < rows.size(); n++) {
      for (int c = 0; c < columns; c++) {
        matrix.set(n, c, (float) rows.path(n).path(c).asDouble());
      }
    }
    return matrix;
  }

  private static NativeFloats logSumExp(NativeMemory memory, Matrix logits, double temperature) {
    NativeFloats sums = memory.allocate(logits.rows());
    for (int n = 0; n < logits.rows(); n++) {
      double sum = 0;
      for (int c = 0; c < logits.columns(); c++) {
        sum += Math.exp(logits.get(n, c) / temperature);
      }
      sums.set(n, (float) Math.log(sum));
    }
    return sums;
  }

  /** Both halves of the vocabulary by themselves, as slices are. */
  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsAreThePeers(JsonNode json) {
    float temperature = (float) json.path("temperature").asDouble();
    double beta = json.path("beta").asDouble();
    try (NativeMemory memory = new NativeMemory()) {
      Matrix student = matrix(memory, json.path("student"));
      Matrix teacher = matrix(memory, json.path("teacher"));
      NativeFloats own = logSumExp(memory, student, temperature);
      NativeFloats other = logSumExp(memory, teacher, temperature);
      int rows = student.rows();
      int width = student.columns();
      double[] sums = new double[2 * rows];
      float[] coefficients = new float[rows];
      for (int n = 0; n < rows; n++) {
        coefficients[n] = (float) json.path("coefficients").path(n).asDouble();
      }
      int[] ends = {0, width / 2, width};
      for (int i = 0; i < 2; i++) {
        DivergenceRows.add(
            student.columns(ends[i], ends[i + 1]),
            teacher.columns(ends[i], ends[i + 1]),
            temperature,
            own,
            other,
            beta,
            sums,
            0,
            rows);
      }
      for (int i = 0; i < 2; i++) {
        DivergenceRows.gradient(
            student.columns(ends[i], ends[i + 1]),
            teacher.columns(ends[i], ends[i + 1]),
            temperature,
            own,
            other,
            beta,
            sums,
            coefficients,
            0,
            rows);
      }
      for (int n = 0; n < rows; n++) {
        double value = json.path("values").path(n).asDouble();
        // logits up to some 30 and their sums are rounded to 2e-6
        assertThat(sums[2 * n]).isCloseTo(value, within(1e-5 * Math.max(1, Math.abs(value))));
        for (int c = 0; c < width; c++) {
          double slope = json.path("gradient").path(n).path(c).asDouble();
          assertThat((double) student.get(n, c)).isCloseTo(slope, within(2e-5));
        }
      }
    }
  }
}
