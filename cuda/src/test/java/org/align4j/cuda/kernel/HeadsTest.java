package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.HeadKernels.LogitsGradient;
import org.align4j.core.kernel.HeadKernels.ScalarGradient;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Heads against core's scalar kernels. */
class HeadsTest {

  private static final float TEMPERATURE = 0.7f;
  private static final int ROWS = 5;

  /** Vocabularies: below a slice, whole slices, a ragged last one, more slices than lanes. */
  private static final int[] VOCABULARIES = {1, 37, 2048, 5000, 34000};

  private final HeadKernels scalar = new ScalarKernels().heads();

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  /** Logits with their statistics on both sides. */
  private record Case(
      Heads heads, Both logits, Both statistics, NativeFloats logSumExp, NativeFloats entropy) {

    int vocabulary() {
      return logits.device().columns();
    }

    int slices() {
      return HeadKernels.slices(vocabulary());
    }
  }

  private Case of(DeviceArrays arrays, int vocabulary) {
    Heads heads = new Heads(TestDevices.program(arrays.device()));
    Both logits = arrays.normal(ROWS, vocabulary, 1, vocabulary + 3);
    int slices = HeadKernels.slices(vocabulary);
    Both statistics = arrays.normal(ROWS, 3 * slices, 2, 3 * slices + 5);
    scalar.sliceStatistics(
        logits.host(), TEMPERATURE, statistics.host(), 0, 0, ROWS, new Scratch());
    NativeFloats logSumExp = arrays.host(new float[ROWS]);
    NativeFloats entropy = arrays.host(new float[ROWS]);
    scalar.combineStatistics(statistics.host(), slices, logSumExp, entropy, 0, ROWS);
    return new Case(heads, logits, statistics, logSumExp, entropy);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void statisticsOfSlicesHaveTheBitsOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1)) {
      for (int vocabulary : VOCABULARIES) {
        Case of = of(arrays, vocabulary);
        of.heads.sliceStatistics(
            of.logits.device(), vocabulary, TEMPERATURE, of.statistics.device(), 0, ROWS);
        assertThat(arrays.floats(of.statistics.device()))
            .as("%s ids", vocabulary)
            .isEqualTo(DeviceArrays.floats(of.statistics.host()));
      }
    }
  }

  /** Exponentials and logarithms in double are the device's: one float beside is allowed. */
  @ParameterizedTest
  @MethodSource("devices")
  void combinedStatisticsAreTheLogSumExpAndTheEntropy(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 2)) {
      for (int vocabulary : VOCABULARIES) {
        Case of = of(arrays, vocabulary);
        DeviceMatrix statistics = onDevice(arrays, of.statistics.host());
        long logSumExp = arrays.allocate(4 * ROWS);
        long entropy = arrays.allocate(4 * ROWS);
        of.heads.combineStatistics(statistics, of.slices(), logSumExp, entropy, ROWS);
        float[] sums = arrays.floats(logSumExp, ROWS);
        float[] entropies = arrays.floats(entropy, ROWS);
        for (int n = 0; n < ROWS; n++) {
          assertThat(Math.abs(sums[n] - of.logSumExp.get(n)))
              .isLessThanOrEqualTo(Math.ulp(sums[n]));
          assertThat(Math.abs(entropies[n] - of.entropy.get(n)))
              .isLessThanOrEqualTo(Math.ulp(entropies[n]));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void labelsInTheseColumnsArePickedAndOthersLeftAlone(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 3)) {
      Case of = of(arrays, 37);
      long out = arrays.upload(new float[] {-1, -2, -3, -4, -5});
      long labels = arrays.upload(new int[] {99, 100, 110, 136, 137});
      of.heads.labelLogits(of.logits.device(), 100, 37, labels, out, ROWS);
      Matrix logits = of.logits.host();
      assertThat(arrays.floats(out, ROWS))
          .containsExactly(-1, logits.get(1, 0), logits.get(2, 10), logits.get(3, 36), -5);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void logProbsAreThoseOfTheHead(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 4)) {
      float[] logits = arrays.normals(300);
      float[] sums = arrays.normals(300);
      long out = arrays.allocate(1200);
      new Heads(TestDevices.program(arrays.device()))
          .logProbs(arrays.upload(logits), TEMPERATURE, arrays.upload(sums), out, 300);
      float[] result = arrays.floats(out, 300);
      for (int n = 0; n < 300; n++) {
        assertThat(result[n]).isEqualTo(LanguageHead.logProb(logits[n], TEMPERATURE, sums[n]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void theGradientOfLogitsHasTheBitsOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 5)) {
      for (int vocabulary : VOCABULARIES) {
        for (boolean withEntropy : new boolean[] {false, true}) {
          Case of = of(arrays, vocabulary);
          int column = 1024;
          int[] labels = {column, column + vocabulary - 1, 0, column + vocabulary, column};
          float[] dLogProb = arrays.normals(ROWS);
          float[] dEntropy = withEntropy ? arrays.normals(ROWS) : null;
          of.heads.logitsGradient(
              of.logits.device(),
              column,
              vocabulary,
              arrays.upload(labels),
              TEMPERATURE,
              arrays.upload(of.logSumExp.toArray()),
              arrays.upload(of.entropy.toArray()),
              arrays.upload(dLogProb),
              dEntropy == null ? 0 : arrays.upload(dEntropy),
              ROWS);
          scalar.logitsGradient(
              of.logits.host(),
              column,
              new LogitsGradient(labels, TEMPERATURE, of.logSumExp, of.entropy, dLogProb, dEntropy),
              0,
              ROWS);
          assertThat(arrays.floats(of.logits.device()))
              .as("%s ids, entropy %s", vocabulary, withEntropy)
              .isEqualTo(DeviceArrays.floats(of.logits.host()));
        }
      }
    }
  }

  /**
   * An exponential that differs in its last bit moves a border by 1e-16: no draw here is so near.
   */
  @ParameterizedTest
  @MethodSource("devices")
  void drawsAreThoseOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 6)) {
      double[] uniforms = {0, 0.123, 0.5, 0.876, 1 - 0x1p-53};
      for (int vocabulary : VOCABULARIES) {
        Case of = of(arrays, vocabulary);
        long tokens = arrays.allocate(4 * ROWS);
        long logProbs = arrays.allocate(4 * ROWS);
        for (boolean greedy : new boolean[] {false, true}) {
          of.heads.sampleTokens(
              of.logits.device(),
              vocabulary,
              TEMPERATURE,
              onDevice(arrays, of.statistics.host()),
              arrays.upload(of.logSumExp.toArray()),
              arrays.upload(uniforms),
              greedy,
              tokens,
              logProbs,
              ROWS);
          int[] drawn = arrays.ints(tokens, ROWS);
          float[] scores = arrays.floats(logProbs, ROWS);
          for (int n = 0; n < ROWS; n++) {
            NativeFloats row = of.logits.host().row(n);
            int expected =
                greedy
                    ? scalar.argMax(row)
                    : scalar.sample(row, TEMPERATURE, of.statistics.host().row(n), uniforms[n]);
            assertThat(drawn[n]).as("%s ids, row %s", vocabulary, n).isEqualTo(expected);
            assertThat(scores[n])
                .isEqualTo(
                    LanguageHead.logProb(row.get(expected), TEMPERATURE, of.logSumExp.get(n)));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void theFirstOfEquallyLikelyTokensIsGreedy(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 7)) {
      float[] logits = new float[3000];
      logits[2999] = 2;
      logits[700] = 2;
      logits[733] = 2;
      DeviceMatrix matrix = DeviceMatrix.dense(arrays.upload(logits), 1, 3000);
      long one = arrays.upload(new float[] {0});
      long tokens = arrays.allocate(4);
      new Heads(TestDevices.program(arrays.device()))
          .sampleTokens(
              matrix,
              3000,
              1,
              DeviceMatrix.dense(arrays.upload(new float[9]), 1, 9),
              one,
              arrays.upload(new double[1]),
              true,
              tokens,
              arrays.allocate(4),
              1);
      assertThat(arrays.ints(tokens, 1)).containsExactly(700);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void scalarHeadsHaveTheBitsOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 8)) {
      Heads heads = new Heads(TestDevices.program(arrays.device()));
      for (int columns : new int[] {1, 64, 300}) {
        for (boolean bias : new boolean[] {false, true}) {
          Both x = arrays.normal(70, columns, 1, columns + 2);
          Both dx = arrays.normal(70, columns, 1, columns + 2);
          int[] rows = IntStream.range(0, 45).map(n -> (7 * n + 3) % 70).toArray();
          float[] weight = arrays.normals(columns);
          float[] shift = arrays.normals(1);
          float[] dValues = arrays.normals(45);
          NativeFloats dWeight = arrays.host(arrays.normals(columns));
          NativeFloats dBias = arrays.host(arrays.normals(1));
          long values = arrays.allocate(4 * 45);
          long rowsThere = arrays.upload(rows);
          long weightThere = arrays.upload(weight);
          long dWeightThere = arrays.upload(dWeight.toArray());
          long dBiasThere = arrays.upload(dBias.toArray());
          heads.scalarHead(
              x.device(),
              rowsThere,
              weightThere,
              bias ? arrays.upload(shift) : 0,
              values,
              45,
              columns);
          heads.scalarHeadGradient(
              x.device(),
              rowsThere,
              45,
              weightThere,
              arrays.upload(dValues),
              dx.device(),
              dWeightThere,
              bias ? dBiasThere : 0,
              columns);
          NativeFloats expected = arrays.host(new float[45]);
          scalar.scalarHead(
              x.host(),
              rows,
              arrays.host(weight),
              bias ? arrays.host(shift) : null,
              expected,
              0,
              45);
          scalar.scalarHeadGradient(
              new ScalarGradient(
                  x.host(),
                  rows,
                  45,
                  arrays.host(weight),
                  dValues,
                  dx.host(),
                  dWeight,
                  bias ? dBias : null),
              0,
              columns);
          assertThat(arrays.floats(values, 45)).isEqualTo(expected.toArray());
          assertThat(arrays.floats(dx.device())).isEqualTo(DeviceArrays.floats(dx.host()));
          assertThat(arrays.floats(dWeightThere, columns)).isEqualTo(dWeight.toArray());
          assertThat(arrays.floats(dBiasThere, 1)).isEqualTo(dBias.toArray());
        }
      }
    }
  }

  private static DeviceMatrix onDevice(DeviceArrays arrays, Matrix matrix) {
    return DeviceMatrix.dense(
        arrays.upload(DeviceArrays.floats(matrix)), matrix.rows(), matrix.columns());
  }
}
