package org.align4j.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceArrays.Both;
import org.align4j.cuda.kernel.TestDevices.Opening;
import org.align4j.cuda.ptx.EmulatedDevice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products in every form, precision and size of tiles. */
class ProductsTest {

  /** m, n, k: one tile, several, and ragged in each direction. */
  private static final int[][] SHAPES = {
    {1, 1, 1}, {3, 33, 70}, {16, 40, 128}, {17, 31, 5}, {64, 32, 32}, {70, 45, 67}, {129, 140, 33}
  };

  private final ProductKernels scalar = new ScalarKernels().products();

  static Stream<Named<Opening>> devices() {
    return TestDevices.all();
  }

  /** Large tiles for whatever is not few. */
  static Products large(Device device) {
    return new Products(TestDevices.program(device), 1);
  }

  /** Small tiles for whatever is not few. */
  private static Products small(Device device) {
    return new Products(TestDevices.program(device), Integer.MAX_VALUE);
  }

  /** An operand whose rows begin at odd addresses, or at multiples of 16 bytes. */
  private static Both operand(DeviceArrays arrays, int rows, int columns, boolean odd) {
    return odd
        ? arrays.normal(rows, columns, 1, columns + 2)
        : arrays.normal(rows, columns, 4, (columns + 11) / 4 * 4);
  }

  static Both left(DeviceArrays arrays, Form form, int[] s, boolean odd) {
    return form == Form.TN ? operand(arrays, s[2], s[0], odd) : operand(arrays, s[0], s[2], odd);
  }

  static Both right(DeviceArrays arrays, Form form, int[] s, boolean odd) {
    return form == Form.NT ? operand(arrays, s[1], s[2], odd) : operand(arrays, s[2], s[1], odd);
  }

  /** What core makes of them, into c. */
  private void onHost(
      Form form, int[] s, Both a, Both b, float @Nullable [] bias, Both c, boolean add) {
    try (NativeMemory memory = new NativeMemory()) {
      PackedMatrix packed =
          scalar.packed(memory.allocate(scalar.packedLength(s[2], s[1])), s[2], s[1]);
      WeightLayout layout = form == Form.NT ? WeightLayout.OUT_IN : WeightLayout.IN_OUT;
      scalar.pack(b.host(), layout, packed, 0, packed.panels());
      int tiles = scalar.productTiles(s[0], packed);
      if (form == Form.TN) {
        scalar.transposedProduct(a.host(), s[0], packed, c.host(), add, 0, tiles, new Scratch());
      } else {
        NativeFloats last = null;
        if (bias != null) {
          last = memory.allocate(s[1]);
          last.copyFrom(bias, 0, s[1]);
        }
        scalar.product(a.host(), s[0], packed, last, c.host(), add, 0, tiles, new Scratch());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void floatProductsHaveTheBitsOfCore(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 1)) {
      for (Products products : new Products[] {large(arrays.device()), small(arrays.device())}) {
        for (int[] s : SHAPES) {
          for (Form form : Form.values()) {
            boolean odd = s[0] % 2 == 1;
            Both a = left(arrays, form, s, odd);
            Both b = right(arrays, form, s, odd);
            for (boolean add : new boolean[] {false, true}) {
              float @Nullable [] bias = add || form == Form.TN ? null : arrays.normals(s[1]);
              Both c = operand(arrays, s[0], s[1], odd);
              onHost(form, s, a, b, bias, c, add);
              products.product(
                  form,
                  Precision.FP32,
                  a.device(),
                  Weight.of(b.device()),
                  bias == null ? 0 : arrays.upload(bias),
                  c.device(),
                  s[0],
                  add);
              assertThat(arrays.floats(c.device()))
                  .as("%s %s, add %s", form, Arrays.toString(s), add)
                  .isEqualTo(DeviceArrays.floats(c.host()));
            }
          }
        }
      }
    }
  }

  /**
   * Factors rounded, sums in float32: a sum of k terms is off by at most k roundings of the sum of
   * magnitudes, 2⁻²⁴ each; tensor cores may cut off instead of rounding, which is twice that.
   */
  @ParameterizedTest
  @MethodSource("devices")
  void tensorProductsAreThoseOfRoundedFactors(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 2)) {
      for (Products products : new Products[] {large(arrays.device()), small(arrays.device())}) {
        for (Precision precision : new Precision[] {Precision.TF32, Precision.BF16}) {
          for (int[] s : SHAPES) {
            for (Form form : Form.values()) {
              boolean odd = s[0] % 2 == 1;
              Both a = left(arrays, form, s, odd);
              Both b = right(arrays, form, s, odd);
              boolean add = s[1] % 2 == 0;
              float @Nullable [] bias = add ? null : arrays.normals(s[1]);
              Both c = operand(arrays, s[0], s[1], odd);
              products.product(
                  form,
                  precision,
                  a.device(),
                  Weight.of(b.device()),
                  bias == null ? 0 : arrays.upload(bias),
                  c.device(),
                  s[0],
                  add);
              float[] result = arrays.floats(c.device());
              for (int i = 0; i < s[0]; i++) {
                for (int j = 0; j < s[1]; j++) {
                  double start = add ? c.host().get(i, j) : 0;
                  double sum = start;
                  double magnitude = Math.abs(start);
                  for (int d = 0; d < s[2]; d++) {
                    double u =
                        rounded(
                            precision, form == Form.TN ? a.host().get(d, i) : a.host().get(i, d));
                    double v =
                        rounded(
                            precision, form == Form.NT ? b.host().get(j, d) : b.host().get(d, j));
                    sum += u * v;
                    magnitude += Math.abs(u * v);
                  }
                  double last = bias == null ? 0 : bias[j];
                  double limit = (s[2] + 1) * 0x1p-23 * (magnitude + Math.abs(last));
                  assertThat(Math.abs(result[i * s[1] + j] - (sum + last)))
                      .as("%s %s %s at [%s, %s]", precision, form, Arrays.toString(s), i, j)
                      .isLessThanOrEqualTo(limit);
                }
              }
            }
          }
        }
      }
    }
  }

  /** bfloat16: to even; tf32: halves away from zero. */
  private static float rounded(Precision precision, float x) {
    int bits = Float.floatToRawIntBits(x);
    return Float.intBitsToFloat(
        precision == Precision.BF16
            ? (bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000
            : (bits + 0x1000) & 0xffffe000);
  }

  /** Sampled in a batch of 1, scored in one of 140: the same tokens get the same numbers. */
  @ParameterizedTest
  @MethodSource("devices")
  void aRowHasTheSameBitsInEveryBatch(Opening opening) {
    int n = 37;
    int k = 83;
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 3)) {
      Both all = arrays.normal(140, k);
      Both b = arrays.normal(n, k);
      Products[] sizes = {large(arrays.device()), small(arrays.device())};
      for (Precision precision : Precision.values()) {
        DeviceMatrix expected = fresh(arrays, 140, n);
        sizes[0].product(
            Form.NT, precision, all.device(), Weight.of(b.device()), 0, expected, 140, false);
        float[] whole = arrays.floats(expected);
        for (Products products : sizes) {
          for (int rows : new int[] {1, 8, 16, 17, 64, 140}) {
            for (int from : new int[] {0, 140 - rows}) {
              DeviceMatrix c = fresh(arrays, rows, n);
              products.product(
                  Form.NT,
                  precision,
                  all.device().rows(from, from + rows),
                  Weight.of(b.device()),
                  0,
                  c,
                  rows,
                  false);
              assertThat(arrays.floats(c))
                  .as("%s, %s rows from %s", precision, rows, from)
                  .isEqualTo(Arrays.copyOfRange(whole, from * n, (from + rows) * n));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void aStoredWeightCountsAsTheFloatsThatItIs(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 4)) {
      Products[] sizes = {large(arrays.device()), small(arrays.device())};
      for (int[] s : SHAPES) {
        for (Form form : new Form[] {Form.NT, Form.NN}) {
          Both a = left(arrays, form, s, s[0] % 2 == 1);
          int rows = form == Form.NT ? s[1] : s[2];
          int columns = form == Form.NT ? s[2] : s[1];
          int pitch = s[0] % 2 == 1 ? columns + 1 : (columns + 7) / 8 * 8;
          short[] stored = new short[rows * pitch];
          float[] wide = arrays.normals(rows * pitch);
          for (int i = 0; i < wide.length; i++) {
            stored[i] = (short) (Float.floatToRawIntBits(wide[i]) >>> 16);
            wide[i] = Float.intBitsToFloat(stored[i] << 16);
          }
          Weight narrow = new Weight(arrays.upload(stored), rows, columns, pitch, true);
          Weight floats = new Weight(arrays.upload(wide), rows, columns, pitch, false);
          for (Precision precision : Precision.values()) {
            for (Products products : sizes) {
              DeviceMatrix c = fresh(arrays, s[0], s[1]);
              DeviceMatrix expected = fresh(arrays, s[0], s[1]);
              products.product(form, precision, a.device(), narrow, 0, c, s[0], false);
              products.product(form, precision, a.device(), floats, 0, expected, s[0], false);
              assertThat(arrays.floats(c))
                  .as("%s %s %s", precision, form, Arrays.toString(s))
                  .isEqualTo(arrays.floats(expected));
            }
          }
        }
      }
    }
  }

  /**
   * Large enough for both factors to be made bfloat16 first, on edges that are not; depths of less
   * than a step, and of more tiles than are on the way at once.
   */
  @ParameterizedTest
  @MethodSource("devices")
  void aWorkspaceForFactorsChangesNoBit(Opening opening) {
    int m = Products.NARROW_FROM + 1;
    int n = Products.NARROW_FROM + 6;
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 7)) {
      Products without = large(arrays.device());
      Products with = large(arrays.device());
      int deepest = 165;
      long bytes = 4L * deepest * (m + n + 32);
      with.workspace(arrays.allocate(bytes), bytes);
      for (Form form : Form.values()) {
        for (int k : new int[] {3, deepest}) {
          int[] s = {m, n, k};
          boolean add = k == deepest;
          Both a = left(arrays, form, s, true);
          Weight b = Weight.of(right(arrays, form, s, false).device());
          long bias = add ? 0 : arrays.upload(arrays.normals(n));
          float[] start = arrays.normals(m * n);
          DeviceMatrix expected = DeviceMatrix.dense(arrays.upload(start), m, n);
          DeviceMatrix c = DeviceMatrix.dense(arrays.upload(start), m, n);
          without.product(form, Precision.BF16, a.device(), b, bias, expected, m, add);
          with.product(form, Precision.BF16, a.device(), b, bias, c, m, add);
          assertThat(arrays.floats(c))
              .as("%s, %s deep", form, k)
              .isEqualTo(arrays.floats(expected));
        }
        assertThat(products(arrays.device(), form)).isNotEqualTo(0);
      }
    }
  }

  /** Steps of tensor cores that both factors in bfloat16 took; −1 where nobody counts. */
  private static long products(Device device, Form form) {
    String kernel = "product_%s_bf16_narrow".formatted(form.name().toLowerCase(Locale.ROOT));
    return device instanceof EmulatedDevice counting ? counting.counts(kernel).products() : -1;
  }

  /**
   * Rows of a bfloat16 factor at multiples of 16 bytes are taken as they are; others go another
   * way.
   */
  @ParameterizedTest
  @MethodSource("devices")
  void aWorkspaceChangesNoBitOfAStoredWeight(Opening opening) {
    int m = Products.NARROW_FROM;
    int k = 40;
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 8)) {
      Products without = large(arrays.device());
      Products with = large(arrays.device());
      long bytes = 2L * (k + 8) * (m + 8);
      with.workspace(arrays.allocate(bytes), bytes);
      for (Form form : new Form[] {Form.NT, Form.NN}) {
        int n = m + (form == Form.NT ? 3 : 8);
        int rows = form == Form.NT ? n : k;
        int columns = form == Form.NT ? k : n;
        Both a = arrays.normal(m, k);
        long taken = 0;
        for (int pitch : new int[] {(columns + 7) / 8 * 8, columns + 1}) {
          short[] stored = new short[rows * pitch];
          float[] values = arrays.normals(stored.length);
          for (int i = 0; i < stored.length; i++) {
            stored[i] = (short) (Float.floatToRawIntBits(values[i]) >>> 16);
          }
          Weight b = new Weight(arrays.upload(stored), rows, columns, pitch, true);
          DeviceMatrix expected = fresh(arrays, m, n);
          DeviceMatrix c = fresh(arrays, m, n);
          without.product(form, Precision.BF16, a.device(), b, 0, expected, m, false);
          with.product(form, Precision.BF16, a.device(), b, 0, c, m, false);
          assertThat(arrays.floats(c))
              .as("%s, %s numbers from row to row", form, pitch)
              .isEqualTo(arrays.floats(expected));
          long before = taken;
          taken = products(arrays.device(), form);
          if (taken >= 0) {
            assertThat(taken > before).as("pitch %s", pitch).isEqualTo(pitch % 8 == 0);
          }
        }
      }
    }
  }

  /** A zero that pads the depth would make +0 of it. */
  @ParameterizedTest
  @MethodSource("devices")
  void aSumThatBeganAtMinusZeroStaysThere(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 5)) {
      for (Products products : new Products[] {large(arrays.device()), small(arrays.device())}) {
        for (int m : new int[] {1, 20}) {
          float[] minus = new float[m * 3];
          Arrays.fill(minus, -0f);
          DeviceMatrix a = DeviceMatrix.dense(arrays.upload(minus), m, 3);
          DeviceMatrix b = DeviceMatrix.dense(arrays.upload(new float[] {1, 2, 3}), 1, 3);
          float[] start = new float[m];
          Arrays.fill(start, -0f);
          DeviceMatrix c = DeviceMatrix.dense(arrays.upload(start), m, 1);
          products.product(Form.NT, Precision.FP32, a, Weight.of(b), 0, c, m, true);
          assertThat(arrays.floats(c)).containsOnly(-0f);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void operandsThatDoNotMeetAreRefused(Opening opening) {
    try (DeviceArrays arrays = new DeviceArrays(opening.open(), 6)) {
      Products products = large(arrays.device());
      DeviceMatrix a = arrays.normal(4, 5).device();
      Weight b = Weight.of(arrays.normal(3, 6).device());
      assertThatThrownBy(() ->
              products.product(Form.NT, Precision.FP32, a, b, 0, fresh(arrays, 4, 3), 4, false))
          .hasMessageContaining("a is [4, 5]: it does not hold [4, 6]");
      Weight stored = new Weight(b.address(), 3, 6, 6, true);
      assertThatThrownBy(() ->
              products.product(
                  Form.TN, Precision.BF16, a, stored, 0, fresh(arrays, 4, 6), 4, false))
          .hasMessageContaining("nt and nn only");
    }
  }

  private static DeviceMatrix fresh(DeviceArrays arrays, int rows, int columns) {
    return DeviceMatrix.dense(arrays.allocate(4L * rows * columns), rows, columns);
  }
}
