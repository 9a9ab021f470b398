package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.align4j.core.kernel.OptimiserKernels.AdamWStep;
import org.align4j.core.kernel.OptimiserKernels.Moments;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Passes over all parameters against core's scalar kernels. */
class OptimiserKernelsTest {

  /** Below a chunk, whole chunks, ragged ones; one tile and several. */
  private static final int[] COUNTS = {1, 15, 1024, 1039, 65536, 65537, 140001};

  private final org.align4j.core.kernel.OptimiserKernels scalar = new ScalarKernels().optimiser();

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void sumsOfSquaresHaveTheBitsOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1)) {
      OptimiserKernels kernels = new OptimiserKernels(TestDevices.program(arrays.device()));
      for (int count : COUNTS) {
        float[] x = arrays.normals(count);
        double[] expected = new double[Math.ceilDiv(count, 65536)];
        scalar.sumOfSquares(arrays.host(x), expected, 0, expected.length);
        long partials = arrays.allocate(8L * expected.length);
        kernels.sumOfSquares(arrays.upload(x), count, partials);
        assertThat(arrays.doubles(partials, expected.length)).as("%s", count).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void updatesHaveTheBitsOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 2)) {
      OptimiserKernels kernels = new OptimiserKernels(TestDevices.program(arrays.device()));
      AdamWStep step = new AdamWStep(0.37f, 1e-3, 0.9, 0.95, 1e-8, 0.1, 3);
      for (int count : COUNTS) {
        float[] squares = arrays.normals(count);
        for (int i = 0; i < count; i++) {
          squares[i] *= squares[i];
        }
        NativeFloats theta = arrays.host(arrays.normals(count));
        NativeFloats gradient = arrays.host(arrays.normals(count));
        NativeFloats m = arrays.host(arrays.normals(count));
        NativeFloats v = arrays.host(squares);
        long thetaThere = arrays.upload(theta.toArray());
        long mThere = arrays.upload(m.toArray());
        long vThere = arrays.upload(squares);
        kernels.adamw(
            thetaThere,
            arrays.upload(gradient.toArray()),
            mThere,
            vThere,
            count,
            step.gradientScale(),
            (float) step.learningRate(),
            (float) step.beta1(),
            (float) (1 - step.beta1()),
            (float) step.beta2(),
            (float) (1 - step.beta2()),
            (float) step.eps(),
            step.kept(),
            step.correction1(),
            step.correction2());
        scalar.adamW(new Moments(theta, gradient, m, v), step, 0, count);
        assertThat(arrays.floats(thetaThere, count))
            .as("θ of %s", count)
            .isEqualTo(theta.toArray());
        assertThat(arrays.floats(mThere, count)).as("m of %s", count).isEqualTo(m.toArray());
        assertThat(arrays.floats(vThere, count)).as("v of %s", count).isEqualTo(v.toArray());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void arraysThatAreNotAlignedAreRefused(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 3)) {
      OptimiserKernels kernels = new OptimiserKernels(TestDevices.program(arrays.device()));
      long x = arrays.upload(new float[8]);
      assertThatThrownBy(() -> kernels.adamw(x + 4, x, x, x, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
          .hasMessageContaining("multiples of 16");
    }
  }
}
