package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.align4j.core.engine.Divergence;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.DivergenceRows;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Divergences against {@link DivergenceRows}. */
class DivergencesTest {

  private static final float TEMPERATURE = 0.7f;
  private static final int ROWS = 3;

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  /** Exponentials and logarithms in double are the device's: one float beside is allowed. */
  @ParameterizedTest
  @MethodSource("devices")
  void divergencesAndTheirGradients(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1)) {
      Divergences kernels = new Divergences(TestDevices.program(arrays.device()));
      for (int vocabulary : new int[] {1, 37, 2500}) {
        int slices = HeadKernels.slices(vocabulary);
        for (double beta : new double[] {0, 0.3, 1}) {
          Both student = arrays.normal(ROWS, vocabulary);
          Both teacher = arrays.normal(ROWS, vocabulary);
          // some probabilities are 0, as of ids that a model never says
          if (vocabulary > 1) {
            student.host().set(1, vocabulary - 1, -600);
            teacher.host().set(2, 0, -600);
            teacher.host().set(1, vocabulary - 1, -600);
          }
          DeviceMatrix own = upload(arrays, student, vocabulary + 3);
          DeviceMatrix other = upload(arrays, teacher, vocabulary + 1);
          float[] sums = {logSumExp(student, 0), logSumExp(student, 1), logSumExp(student, 2)};
          float[] others = {logSumExp(teacher, 0), logSumExp(teacher, 1), logSumExp(teacher, 2)};
          NativeFloats studentSums = arrays.host(sums);
          NativeFloats teacherSums = arrays.host(others);
          float[] coefficients = arrays.normals(ROWS);

          double[] expected = new double[2 * ROWS];
          for (int s = 0; s < slices; s++) {
            int from = s * HeadKernels.SLICE;
            int to = Math.min(vocabulary, from + HeadKernels.SLICE);
            DivergenceRows.add(
                student.host().columns(from, to),
                teacher.host().columns(from, to),
                TEMPERATURE,
                studentSums,
                teacherSums,
                beta,
                expected,
                0,
                ROWS);
          }
          DivergenceRows.gradient(
              student.host(),
              teacher.host(),
              TEMPERATURE,
              studentSums,
              teacherSums,
              beta,
              expected,
              coefficients,
              0,
              ROWS);

          Divergences.Comparison comparison =
              new Divergences.Comparison(
                  new Divergence(beta), TEMPERATURE, arrays.upload(sums), arrays.upload(others));
          long shares = arrays.allocate(Divergences.sumBytes(vocabulary, ROWS));
          long divergences = arrays.allocate(4 * ROWS);
          long slopes = arrays.allocate(8 * ROWS);
          // in two parts, as a head has them
          int part = Math.min(vocabulary, HeadKernels.SLICE);
          kernels.sums(own.columns(0, part), other.columns(0, part), comparison, shares, slices, 0);
          if (part < vocabulary) {
            kernels.sums(
                own.columns(part, vocabulary),
                other.columns(part, vocabulary),
                comparison,
                shares,
                slices,
                1);
          }
          kernels.totals(shares, slices, divergences, slopes, ROWS);
          kernels.gradient(own, other, comparison, arrays.upload(coefficients), slopes);

          float[] values = arrays.floats(divergences, ROWS);
          float[] gradient = arrays.floats(own);
          for (int n = 0; n < ROWS; n++) {
            float value = (float) expected[2 * n];
            assertThat(values[n]).isCloseTo(value, within(Math.ulp(value)));
            for (int v = 0; v < vocabulary; v++) {
              float slope = student.host().get(n, v);
              // a difference of two shares: rounded as the larger of them
              assertThat(gradient[n * vocabulary + v])
                  .as("β %s, row %s, id %s of %s", beta, n, v, vocabulary)
                  .isCloseTo(slope, within(Math.ulp(slope) + 1e-15f));
            }
          }
        }
      }
    }
  }

  private static DeviceMatrix upload(DeviceArrays arrays, Both both, int pitch) {
    Matrix host = both.host();
    float[] padded = new float[host.rows() * pitch];
    for (int n = 0; n < host.rows(); n++) {
      for (int v = 0; v < host.columns(); v++) {
        padded[n * pitch + v] = host.get(n, v);
      }
    }
    return new DeviceMatrix(arrays.upload(padded), host.rows(), host.columns(), pitch);
  }

  private static float logSumExp(Both logits, int row) {
    double sum = 0;
    for (int v = 0; v < logits.host().columns(); v++) {
      sum += Math.exp(logits.host().get(row, v) / (double) TEMPERATURE);
    }
    return (float) Math.log(sum);
  }
}
