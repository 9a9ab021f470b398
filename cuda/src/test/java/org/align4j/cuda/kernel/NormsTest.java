package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Norms have the bits of core's scalar kernels. */
class NormsTest {

  /** Rows, blocks of a row, columns of a block: short ones, ragged, longer than shared memory. */
  private static final int[][] SHAPES = {
    {1, 1, 1}, {3, 1, 17}, {67, 1, 40}, {5, 3, 64}, {2, 2, 300}, {2, 1, 2100}
  };

  private static final float EPS = 1e-5f;

  private final NormKernels scalar = new ScalarKernels().norms();

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  private static Both matrix(DeviceArrays arrays, int rows, int columns) {
    return arrays.normal(rows, columns, 1, columns + 2);
  }

  /** Floats in both memories. */
  private record Vector(NativeFloats host, long device) {
    static Vector of(DeviceArrays arrays, int count) {
      float[] values = arrays.normals(count);
      return new Vector(arrays.host(values), arrays.upload(values));
    }

    void assertSame(DeviceArrays arrays) {
      assertThat(arrays.floats(device, (int) host.length())).isEqualTo(host.toArray());
    }
  }

  private static void assertSame(DeviceArrays arrays, Both x) {
    assertThat(arrays.floats(x.device())).isEqualTo(DeviceArrays.floats(x.host()));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rmsNormAndItsGradientsAreThoseOfTheScalarKernels(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1)) {
      Norms norms = new Norms(TestDevices.program(arrays.device()));
      for (int[] shape : SHAPES) {
        int n = shape[0];
        int d = shape[2];
        int columns = shape[1] * d;
        Both x = matrix(arrays, n, columns);
        Both y = matrix(arrays, n, columns);
        Vector weight = Vector.of(arrays, d);
        scalar.rmsNorm(x.host(), weight.host, EPS, y.host(), 0, n);
        norms.rmsNorm(x.device(), weight.device, EPS, y.device(), n, columns, d);
        assertSame(arrays, y);
        for (boolean add : new boolean[] {true, false}) {
          Both dx = matrix(arrays, n, columns);
          Vector statistics = Vector.of(arrays, n * shape[1]);
          Vector dw = Vector.of(arrays, d);
          var gradient =
              new NormKernels.Gradient(
                  x.host(), weight.host, EPS, y.host(), dx.host(), add, statistics.host);
          scalar.rmsNormGradient(gradient, 0, n);
          scalar.rmsNormWeightGradient(gradient, n, dw.host, 0, d);
          norms.rmsNormGradient(
              x.device(),
              weight.device,
              EPS,
              y.device(),
              dx.device(),
              add,
              statistics.device,
              n,
              columns,
              d);
          norms.rmsNormWeightGradient(
              x.device(), y.device(), statistics.device, n, columns, d, dw.device);
          assertSame(arrays, dx);
          statistics.assertSame(arrays);
          dw.assertSame(arrays);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void layerNormAndItsGradientsAreThoseOfTheScalarKernels(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 2)) {
      Norms norms = new Norms(TestDevices.program(arrays.device()));
      for (int[] shape : SHAPES) {
        int n = shape[0];
        int d = shape[1] * shape[2];
        Both x = matrix(arrays, n, d);
        Both y = matrix(arrays, n, d);
        Vector weight = Vector.of(arrays, d);
        Vector bias = Vector.of(arrays, d);
        scalar.layerNorm(x.host(), weight.host, bias.host, EPS, y.host(), 0, n);
        norms.layerNorm(x.device(), weight.device, bias.device, EPS, y.device(), n, d);
        assertSame(arrays, y);
        for (boolean add : new boolean[] {true, false}) {
          Both dx = matrix(arrays, n, d);
          Vector statistics = Vector.of(arrays, 2 * n);
          Vector dw = Vector.of(arrays, d);
          Vector db = Vector.of(arrays, d);
          var gradient =
              new NormKernels.Gradient(
                  x.host(), weight.host, EPS, y.host(), dx.host(), add, statistics.host);
          scalar.layerNormGradient(gradient, 0, n);
          scalar.layerNormWeightGradient(gradient, n, dw.host, db.host, 0, d);
          norms.layerNormGradient(
              x.device(),
              weight.device,
              EPS,
              y.device(),
              dx.device(),
              add,
              statistics.device,
              n,
              d);
          norms.layerNormWeightGradient(
              x.device(), y.device(), statistics.device, n, dw.device, db.device, d);
          assertSame(arrays, dx);
          statistics.assertSame(arrays);
          dw.assertSame(arrays);
          db.assertSame(arrays);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void aNormMayLieWhereItsOperandDoes(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 3)) {
      Norms norms = new Norms(TestDevices.program(arrays.device()));
      for (int d : new int[] {40, 2100}) {
        Both x = matrix(arrays, 9, d);
        Vector weight = Vector.of(arrays, d);
        scalar.rmsNorm(x.host(), weight.host, EPS, x.host(), 0, 9);
        norms.rmsNorm(x.device(), weight.device, EPS, x.device(), 9, d, d);
        assertSame(arrays, x);
      }
    }
  }
}
