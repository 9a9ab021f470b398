package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.core.kernel.ActivationKernels;
import org.align4j.core.kernel.RowKernels;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.ops.Gelu;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows and activations have the bits of core's scalar kernels, for ragged shapes and any address.
 */
class ElementKernelsTest {

  /** Rows and columns: one element, part of four, many rows, more columns than a block has. */
  private static final int[][] SHAPES = {{1, 1}, {3, 7}, {70, 24}, {2, 1030}};

  private final RowKernels rows = new ScalarKernels().rows();
  private final ActivationKernels activations = new ScalarKernels().activations();

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  /** What is done with matrices of one shape, on the host and on the device. */
  private interface Work {
    void run(DeviceArrays arrays, Device device, int n, int columns, int from);
  }

  private record Device(Rows rows, Activations activations) {}

  /** Runs it for all shapes, with rows at multiples of 16 bytes and at odd addresses. */
  private static void each(Opening opening, Work work) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1)) {
      var program = TestDevices.program(arrays.device());
      Device device = new Device(new Rows(program), new Activations(program));
      for (int[] shape : SHAPES) {
        for (int from = 0; from < 2; from++) {
          work.run(arrays, device, shape[0], shape[1], from);
        }
      }
    }
  }

  private static Both matrix(DeviceArrays arrays, int rows, int columns, int from) {
    return arrays.normal(rows, columns, from, from == 0 ? (columns + 7) / 4 * 4 : columns + 2);
  }

  private static void assertSame(DeviceArrays arrays, Both x) {
    assertThat(arrays.floats(x.device())).isEqualTo(DeviceArrays.floats(x.host()));
  }

  private static int[] shuffled(int count, int bound) {
    return IntStream.range(0, count).map(i -> (5 * i + 3) % bound).toArray();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rowsAreGathered(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both x = matrix(arrays, 11, columns, from);
          Both y = matrix(arrays, n, columns, from);
          int[] indices = shuffled(n, 11);
          rows.gatherRows(x.host(), indices, y.host(), 0, n);
          device.rows.gatherRows(x.device(), arrays.upload(indices), y.device(), n, columns);
          assertSame(arrays, y);
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rowsOfBfloat16AreWidened(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          short[] table = new short[5 * columns];
          NativeFloats wide = arrays.host(new float[table.length]);
          for (int i = 0; i < table.length; i++) {
            table[i] = (short) (0x3f00 + 37 * i);
            wide.set(i, Float.intBitsToFloat(table[i] << 16));
          }
          Both y = matrix(arrays, n, columns, from);
          int[] indices = shuffled(n, 5);
          rows.gatherRows(wide.matrix(columns), indices, y.host(), 0, n);
          DeviceMatrix x = DeviceMatrix.dense(arrays.upload(table), 5, columns);
          device.rows.gatherRowsBf16(x, arrays.upload(indices), y.device(), n, columns);
          assertSame(arrays, y);
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rowsAreScattered(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both x = matrix(arrays, n, columns, from);
          Both y = matrix(arrays, n + 2, columns, 0);
          int[] sources = IntStream.range(0, n).toArray();
          int[] targets = IntStream.range(0, n).map(i -> n + 1 - i).toArray();
          rows.scatterRows(x.host(), targets, y.host(), 0, n);
          device.rows.scatterRows(
              x.device(), arrays.upload(sources), arrays.upload(targets), y.device(), n, columns);
          assertSame(arrays, y);
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rowsOfAGroupAreAddedUpInOrder(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both x = matrix(arrays, n, columns, from);
          Both y = matrix(arrays, 3, columns, from);
          int[] all = IntStream.range(0, n).map(i -> i % 2 == 0 ? 2 : 0).toArray();
          rows.scatterAddRows(x.host(), all, n, y.host(), 0, columns);
          int even = (n + 1) / 2;
          int[] members =
              IntStream.range(0, n).map(i -> i < even ? 2 * i : 2 * (i - even) + 1).toArray();
          device.rows.sumRows(
              x.device(),
              arrays.upload(new int[] {0, even, n}),
              arrays.upload(members),
              arrays.upload(new int[] {2, 0}),
              y.device(),
              2,
              columns);
          assertSame(arrays, y);
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void rowsAreCopiedAddedScaledAndCleared(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both a = matrix(arrays, n, columns, from);
          Both b = matrix(arrays, n, columns, 0);
          Both y = matrix(arrays, n, columns, from);
          rows.add(a.host(), b.host(), y.host(), 0, n);
          device.rows.addRows(a.device(), b.device(), y.device(), n, columns);
          assertSame(arrays, y);
          rows.scale(y.host(), 0.3f, y.host(), 0, n);
          device.rows.scaleRows(y.device(), 0.3f, y.device(), n, columns);
          assertSame(arrays, y);
          rows.copy(y.host(), b.host(), 0, n);
          device.rows.copyRows(y.device(), b.device(), n, columns);
          assertSame(arrays, b);
          device.rows.zeroRows(y.device(), n, columns);
          assertThat(arrays.floats(y.device())).containsOnly(0);
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void theGradientOfABiasIsAddedUpInOrder(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both dy = matrix(arrays, n, columns, from);
          float[] before = arrays.normals(columns);
          NativeFloats db = arrays.host(before);
          long onDevice = arrays.upload(before);
          rows.biasGradient(dy.host(), n, db, 0, columns);
          device.rows.biasGradient(dy.device(), n, onDevice, columns);
          assertThat(arrays.floats(onDevice, columns)).isEqualTo(db.toArray());
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void headsAreRotatedAndRotatedBack(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 2)) {
      Rows device = new Rows(TestDevices.program(arrays.device()));
      for (int[] shape : new int[][] {{1, 1, 2, 1}, {5, 3, 20, 6}, {3, 9, 64, 32}}) {
        int n = shape[0];
        int columns = shape[1] * shape[2];
        Both cos = arrays.normal(40, shape[3]);
        Both sin = arrays.normal(40, shape[3]);
        int[] positions = shuffled(n, 40);
        for (boolean inverse : new boolean[] {false, true}) {
          Both x = matrix(arrays, n, columns, 1);
          rows.rope(x.host(), shape[2], cos.host(), sin.host(), positions, inverse, 0, n);
          device.rope(
              x.device(),
              n,
              columns,
              shape[2],
              shape[3],
              cos.device().address(),
              sin.device().address(),
              arrays.upload(positions),
              inverse);
          assertSame(arrays, x);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void gatesAreThoseOfTheScalarKernels(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both gate = matrix(arrays, n, columns, from);
          Both up = matrix(arrays, n, columns, 0);
          gate.host().set(0, 0, -200);
          device.rows.copyRows(upload(arrays, gate), gate.device(), n, columns);
          Both y = matrix(arrays, n, columns, from);
          activations.swiGlu(gate.host(), up.host(), y.host(), 0, n);
          device.activations.swiglu(gate.device(), up.device(), y.device(), n, columns);
          assertSame(arrays, y);
          activations.geGlu(gate.host(), up.host(), y.host(), 0, n);
          device.activations.geglu(gate.device(), up.device(), y.device(), n, columns);
          assertSame(arrays, y);
        });
  }

  /** The host's numbers in fresh memory. */
  private static DeviceMatrix upload(DeviceArrays arrays, Both x) {
    return DeviceMatrix.dense(
        arrays.upload(DeviceArrays.floats(x.host())), x.host().rows(), x.host().columns());
  }

  @ParameterizedTest
  @MethodSource("devices")
  void gradientsOfGatesMayLieWhereTheirOperandsDo(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          Both gate = matrix(arrays, n, columns, from);
          Both up = matrix(arrays, n, columns, 0);
          Both dy = matrix(arrays, n, columns, from);
          activations.swiGluGradient(
              gate.host(), up.host(), dy.host(), gate.host(), dy.host(), 0, n);
          device.activations.swigluGradient(
              gate.device(), up.device(), dy.device(), gate.device(), dy.device(), n, columns);
          assertSame(arrays, gate);
          assertSame(arrays, dy);
          activations.geGluGradient(gate.host(), up.host(), dy.host(), dy.host(), up.host(), 0, n);
          device.activations.gegluGradient(
              gate.device(), up.device(), dy.device(), dy.device(), up.device(), n, columns);
          assertSame(arrays, dy);
          assertSame(arrays, up);
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void geluIsThatOfTheScalarKernelsInBothForms(Opening opening) {
    each(
        opening,
        (arrays, device, n, columns, from) -> {
          for (Gelu form : Gelu.values()) {
            Both x = matrix(arrays, n, columns, from);
            Both y = matrix(arrays, n, columns, 0);
            Both dx = matrix(arrays, n, columns, from);
            activations.gelu(x.host(), form, y.host(), 0, n);
            device.activations.gelu(x.device(), form, y.device(), n, columns);
            assertSame(arrays, y);
            for (boolean add : new boolean[] {true, false}) {
              activations.geluGradient(x.host(), form, y.host(), dx.host(), add, 0, n);
              device.activations.geluGradient(
                  x.device(), form, y.device(), dx.device(), add, n, columns);
              assertSame(arrays, dx);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("devices")
  void aMatrixThatIsTooSmallIsRefused(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 3)) {
      Rows device = new Rows(TestDevices.program(arrays.device()));
      DeviceMatrix x = arrays.normal(2, 3).device();
      assertThatThrownBy(() -> device.copyRows(x, x, 3, 3))
          .hasMessage("x is [2, 3]: it does not hold [3, 3]");
    }
  }
}
