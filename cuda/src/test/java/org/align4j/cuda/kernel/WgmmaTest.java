package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.util.stream.Stream;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.driver.FakeDriver;
import org.align4j.cuda.driver.NativeDevice;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hopper's own products have the bits of all others, and are taken where they are asked for. */
class WgmmaTest {

  /** The emulated driver, which says that it is Hopper, and a card that is. */
  static Stream<Named<Opening>> hoppers() {
    return TestDevices.all()
        .filter(named -> !named.getName().startsWith("PTX"))
        .filter(named -> {
          try (Device device = named.getPayload().open()) {
            return CudaKernels.isHopper(device.properties());
          }
        });
  }

  /** Edges; depths below a step, of one tile, and of more than the ring; a stored weight too. */
  @ParameterizedTest
  @MethodSource("hoppers")
  void changesNoBit(Opening opening) {
    int m = Products.NARROW_FROM + 1;
    int n = Products.NARROW_FROM + 6;
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 9)) {
      Products without = ProductsTest.large(arrays.device());
      Products with = ProductsTest.large(arrays.device());
      Device.Program own = arrays.device().load(CudaKernels.bytes(CudaKernels.HOPPER));
      Multiset<String> launched = HashMultiset.create();
      assertThat(with.takeWgmma(arrays.device(), counting(own, launched))).isZero();
      assertThat(with.usesWgmma()).isTrue();
      for (int k : new int[] {3, 64, 325}) {
        long bytes = 2L * (k + 7) / 8 * 8 * (m + n) + 16L * k + 64L * (m + n);
        with.workspace(arrays.allocate(bytes), bytes);
        for (Form form : Form.values()) {
          for (boolean stored : new boolean[] {false, true}) {
            if (form == Form.TN && stored) {
              continue;
            }
            int[] s = {m, n, k};
            boolean add = k == 64;
            Both a = ProductsTest.left(arrays, form, s, true);
            Both floats = ProductsTest.right(arrays, form, s, false);
            Weight b = stored ? narrow(arrays, floats) : Weight.of(floats.device());
            long bias = add ? 0 : arrays.upload(arrays.normals(n));
            float[] start = arrays.normals(m * n);
            DeviceMatrix expected = DeviceMatrix.dense(arrays.upload(start), m, n);
            DeviceMatrix c = DeviceMatrix.dense(arrays.upload(start), m, n);
            without.product(form, Precision.BF16, a.device(), b, bias, expected, m, add);
            with.product(form, Precision.BF16, a.device(), b, bias, c, m, add);
            assertThat(arrays.floats(c))
                .as("%s, %s deep, stored %s", form, k, stored)
                .isEqualTo(arrays.floats(expected));
          }
        }
      }
      // The first is the question whether both agree.
      assertThat(launched.count("product_nt_bf16_wgmma")).isEqualTo(1 + 3 * 5);
      assertThat(launched.count("turn_rows")).isEqualTo(3 * 3);
      assertThat(launched.count("turn_stored_rows")).isEqualTo(3);
    }
  }

  /** Here one that does nothing at all. */
  @Test
  void isNotTakenWhereABitDiffers() {
    try (NativeDevice device = FakeDriver.ofKernels().open()) {
      Products products = ProductsTest.large(device);
      Device.Function nothing = (x, y, z, threads, arguments) -> {};
      assertThat(products.takeWgmma(device, (name, shared) -> nothing)).isPositive();
      assertThat(products.usesWgmma()).isFalse();
    }
  }

  private static Device.Program counting(Device.Program program, Multiset<String> launched) {
    return (name, shared) -> {
      Device.Function function = program.function(name, shared);
      return (x, y, z, threads, arguments) -> {
        launched.add(name);
        function.launch(x, y, z, threads, arguments);
      };
    };
  }

  /** The same numbers as a checkpoint stores them, rows at multiples of 16 bytes. */
  private static Weight narrow(DeviceArrays arrays, Both floats) {
    int rows = floats.host().rows();
    int columns = floats.host().columns();
    int pitch = (columns + 7) / 8 * 8;
    short[] stored = new short[rows * pitch];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        stored[r * pitch + c] = (short) (Float.floatToRawIntBits(floats.host().get(r, c)) >>> 16);
      }
    }
    return new Weight(arrays.upload(stored), rows, columns, pitch, true);
  }

  /** Off by default, and nothing for a card that does not have it. */
  @Test
  void isTakenWhereItIsAskedFor() {
    try (NativeDevice device = FakeDriver.ofKernels().open()) {
      assertThat(new CudaKernels(device).products().usesWgmma()).isFalse();
    }
    System.setProperty(CudaKernels.WGMMA, "true");
    try (NativeDevice device = FakeDriver.ofKernels().open()) {
      assertThat(new CudaKernels(device).products().usesWgmma()).isTrue();
    } finally {
      System.clearProperty(CudaKernels.WGMMA);
    }
    System.setProperty(CudaKernels.WGMMA, "true");
    try (NativeDevice device = FakeDriver.ofKernels().open("capability=80")) {
      assertThat(new CudaKernels(device).products().usesWgmma()).isFalse();
    } finally {
      System.clearProperty(CudaKernels.WGMMA);
    }
  }
}
