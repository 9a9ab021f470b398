package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.stored.StoredData;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights as stored have the bits of the float32 numbers that their file means. */
@Tag("lanes")
class StoredProductTest {

  private static final List<Kernels> BOTH = List.of(new VectorKernels(), new ScalarKernels());

  private static Panels pack(KernelData data, Kernels kernels, StoredMatrix source) {
    return pack(data, kernels, source, WeightLayout.OUT_IN);
  }

  private static Panels pack(
      KernelData data, Kernels kernels, StoredMatrix source, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int depth = outIn ? source.columns() : source.rows();
    int columns = outIn ? source.rows() : source.columns();
    ProductKernels products = kernels.products();
    NativeFloats memory = data.floats((int) products.storedLength(source.format(), depth, columns));
    Panels panels = products.stored(memory, source.format(), depth, columns);
    products.pack(source, layout, panels, 0, panels.panels());
    return panels;
  }

  private static Matrix widened(KernelData data, StoredMatrix source) {
    Matrix matrix = data.matrix(source.rows(), source.columns());
    float[] row = new float[source.columns()];
    for (int r = 0; r < source.rows(); r++) {
      source.decodeRow(r, row);
      matrix.row(r).copyFrom(row, 0, row.length);
    }
    return matrix;
  }

  private static float[] product(
      KernelData data, Kernels kernels, Matrix x, Panels weight, Matrix y, boolean add) {
    Matrix result = data.copy(y);
    ProductKernels products = kernels.products();
    products.product(
        x,
        x.rows(),
        weight,
        add ? null : y.row(0),
        result,
        add,
        0,
        products.productTiles(x.rows(), weight),
        data.scratch);
    return KernelData.values(result);
  }

  /** A depth that is no multiple of the blocks where there are none. */
  private static int depth(StoredFormat format, int blocks) {
    return format.isQuantised() ? blocks * format.blockElements() : blocks * 32 + 1;
  }

  @ParameterizedTest
  @EnumSource(StoredFormat.class)
  void productsOfAnyRowsHaveTheBitsOfFloat32(StoredFormat format) {
    Random random = new Random(format.name().hashCode());
    for (Kernels kernels : BOTH) {
      int most = kernels instanceof VectorKernels ? 20 : 3;
      for (int rows = 1; rows <= most; rows++) {
        try (KernelData data = new KernelData(rows)) {
          int depth = depth(format, 1 + rows % 2);
          StoredMatrix source =
              StoredData.matrix(format, 1 + random.nextInt(10 * Lanes.COUNT), depth, random);
          Panels stored = pack(data, kernels, source);
          Panels wide = data.pack(kernels, widened(data, source), WeightLayout.OUT_IN);
          Matrix x = data.matrix(rows, depth);
          Matrix y = data.matrix(rows, source.rows());
          for (boolean add : new boolean[] {false, true}) {
            assertThat(product(data, kernels, x, stored, y, add))
                .as("%s rows of %s, %s columns", rows, kernels.name(), source.rows())
                .containsExactly(product(data, kernels, x, wide, y, add));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StoredFormat.class)
  void longSumsAndManyRowsHaveTheBitsOfFloat32(StoredFormat format) {
    Random random = new Random(format.name().hashCode());
    Kernels kernels = BOTH.getFirst();
    for (int rows : new int[] {1, 2, 7, 61, 333}) {
      try (KernelData data = new KernelData(rows)) {
        StoredMatrix source = StoredData.matrix(format, 9 * Lanes.COUNT, 1536, random);
        Panels stored = pack(data, kernels, source);
        Panels wide = data.pack(kernels, widened(data, source), WeightLayout.OUT_IN);
        Matrix x = data.matrix(rows, 1536);
        Matrix y = data.matrix(rows, source.rows());
        assertThat(product(data, kernels, x, stored, y, false))
            .as("%s rows", rows)
            .containsExactly(product(data, kernels, x, wide, y, false));
      }
    }
  }

  /** Threads take ranges of tiles as they come: {@link Threads#runRanges}. */
  @ParameterizedTest
  @EnumSource(StoredFormat.class)
  void fewRowsHaveTheBitsOfFloat32InAnyRangesOfTiles(StoredFormat format) {
    Random random = new Random(format.name().hashCode());
    for (Kernels kernels : BOTH) {
      for (int width : new int[] {7, 18, 24, 37, 64}) {
        try (KernelData data = new KernelData(width)) {
          int rows = 1 + width % 4;
          int columns = 2 * Lanes.COUNT * width - random.nextInt(2 * Lanes.COUNT);
          int depth = depth(format, 1);
          StoredMatrix source = StoredData.matrix(format, columns, depth, random);
          Panels stored = pack(data, kernels, source);
          Panels wide = data.pack(kernels, widened(data, source), WeightLayout.OUT_IN);
          Matrix x = data.matrix(rows, depth);
          NativeFloats bias = data.floats(columns);
          Matrix expected = data.matrix(rows, columns);
          ProductKernels products = kernels.products();
          int wideTiles = products.productTiles(rows, wide);
          products.product(x, rows, wide, bias, expected, false, 0, wideTiles, data.scratch);
          int tiles = products.productTiles(rows, stored);
          for (int cut = 1; cut <= tiles; cut++) {
            Matrix y = data.matrix(rows, columns);
            products.product(x, rows, stored, bias, y, false, cut, tiles, data.scratch);
            products.product(x, rows, stored, bias, y, false, 0, cut, data.scratch);
            assertThat(KernelData.values(y))
                .as("%s, %s rows, %s columns, cut at %s", kernels.name(), rows, columns, cut)
                .containsExactly(KernelData.values(expected));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StoredFormat.class)
  void columnsAreTheRowsOfTheFile(StoredFormat format) {
    Random random = new Random(format.name().hashCode());
    for (Kernels kernels : BOTH) {
      try (KernelData data = new KernelData(1)) {
        StoredMatrix source = StoredData.matrix(format, 70, depth(format, 2), random);
        Panels stored = pack(data, kernels, source);
        int[] ids = data.integers(9, 70);
        Matrix y = data.matrix(9, source.columns());
        kernels.products().gatherColumns(stored, ids, y, 0, 9);
        Matrix wide = widened(data, source);
        for (int n = 0; n < 9; n++) {
          assertThat(y.row(n).toArray()).containsExactly(wide.row(ids[n]).toArray());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StoredFormat.class)
  void transposedPanelsAreThoseOfFloat32(StoredFormat format) {
    Random random = new Random(format.name().hashCode());
    for (Kernels kernels : BOTH) {
      for (int out : new int[] {1, 37, 130}) {
        try (KernelData data = new KernelData(out)) {
          StoredMatrix source = StoredData.matrix(format, out, depth(format, 2), random);
          long length = kernels.products().packedLength(out, source.columns());
          NativeFloats memory = data.floats((int) length);
          PackedMatrix actual = kernels.products().packed(memory, out, source.columns());
          Panels stored = pack(data, kernels, source);
          int half = actual.panels() / 2;
          kernels.products().packTransposed(stored, actual, half, actual.panels(), data.scratch);
          kernels.products().packTransposed(stored, actual, 0, half, data.scratch);
          NativeFloats panels = data.memory.allocate(length);
          kernels
              .products()
              .pack(
                  widened(data, source),
                  WeightLayout.IN_OUT,
                  kernels.products().packed(panels, out, source.columns()),
                  0,
                  actual.panels());
          assertThat(memory.toArray()).containsExactly(panels.toArray());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = StoredFormat.class,
      names = {"F32", "F16", "BF16"})
  void floatsArePackedFromEitherLayout(StoredFormat format) {
    for (Kernels kernels : BOTH) {
      try (KernelData data = new KernelData(2)) {
        StoredMatrix source = StoredData.matrix(format, 35, 50, new Random(3));
        Matrix x = data.matrix(3, 35);
        Matrix y = data.matrix(3, 50);
        Panels stored = pack(data, kernels, source, WeightLayout.IN_OUT);
        Panels wide = data.pack(kernels, widened(data, source), WeightLayout.IN_OUT);
        assertThat(product(data, kernels, x, stored, y, false))
            .containsExactly(product(data, kernels, x, wide, y, false));
      }
    }
  }

  /** All 65,536 but infinities and NaNs, which no checkpoint may have. */
  @Test
  void everyHalfPrecisionNumberIsWidenedExactly() {
    Kernels kernels = BOTH.getFirst();
    try (KernelData data = new KernelData(1)) {
      byte[] bytes = new byte[2 * 63 * 1024];
      float[] expected = new float[63 * 1024];
      int count = 0;
      for (int bits = 0; bits < 65536; bits++) {
        if ((bits & 0x7c00) != 0x7c00) {
          bytes[2 * count] = (byte) bits;
          bytes[2 * count + 1] = (byte) (bits >> 8);
          expected[count++] = Float.float16ToFloat((short) bits);
        }
      }
      int rows = count / 1024;
      var source = StoredMatrix.of(StoredFormat.F16, rows, 1024, MemorySegment.ofArray(bytes));
      PackedMatrix panels =
          kernels
              .products()
              .packed(data.floats((int) kernels.products().packedLength(rows, 1024)), rows, 1024);
      kernels
          .products()
          .packTransposed(pack(data, kernels, source), panels, 0, panels.panels(), data.scratch);
      Matrix back = data.matrix(1024, rows);
      for (int c = 0; c < 1024; c++) {
        panels.copyColumn(c, back.address(c));
        for (int r = 0; r < rows; r++) {
          assertThat(Float.floatToRawIntBits(back.get(c, r)))
              .isEqualTo(Float.floatToRawIntBits(expected[r * 1024 + c]));
        }
      }
    }
  }

  /**
   * From before the gap between the runs of panels to behind it, and of an odd number of panels.
   */
  @Test
  void partsOfTheColumnsAreThoseOfTheWhole() {
    int width = 2 * Lanes.COUNT;
    int columns = 9 * width;
    for (Kernels kernels : BOTH) {
      for (int rows = 1; rows <= 5; rows++) {
        try (KernelData data = new KernelData(4)) {
          StoredMatrix source = StoredData.matrix(StoredFormat.Q4_K, columns, 256, new Random(5));
          Panels stored = pack(data, kernels, source);
          Matrix x = data.matrix(rows, 256);
          Matrix whole = data.matrix(rows, columns);
          for (boolean add : new boolean[] {false, true}) {
            float[] all = product(data, kernels, x, stored, whole, add);
            for (int from : new int[] {0, 3 * width, 5 * width}) {
              int to = columns - 2 * width - 7;
              float[] part =
                  product(data, kernels, x, stored.columns(from, to), whole.columns(from, to), add);
              for (int row = 0; row < rows; row++) {
                assertThat(Arrays.copyOfRange(part, row * (to - from), (row + 1) * (to - from)))
                    .as("%s, row %s of %s, columns from %s", kernels.name(), row, rows, from)
                    .containsExactly(
                        Arrays.copyOfRange(all, row * columns + from, row * columns + to));
              }
            }
          }
        }
      }
    }
  }

  @Test
  void rowsOfAFileAreTakenInAnyOrder() {
    StoredMatrix source = StoredData.matrix(StoredFormat.Q8_0, 6, 32, new Random(6));
    float[] expected = new float[32];
    float[] actual = new float[32];
    StoredMatrix some = source.rows(1, 6).rows(new int[] {4, 0, 2}).rows(1, 3);
    source.decodeRow(3, expected);
    some.decodeRow(1, actual);
    assertThat(actual).containsExactly(expected);
  }

  @Test
  void panelsOfAnotherFormatAreRefused() {
    Kernels kernels = BOTH.getFirst();
    try (KernelData data = new KernelData(7)) {
      Panels stored =
          pack(data, kernels, StoredData.matrix(StoredFormat.Q8_0, 8, 256, new Random(1)));
      StoredMatrix other = StoredData.matrix(StoredFormat.Q6_K, 8, 256, new Random(1));
      assertThatThrownBy(() -> kernels.products().pack(other, WeightLayout.OUT_IN, stored, 0, 1))
          .hasMessageContaining("another format than Q6_K");
    }
  }

  @Test
  void blocksAcrossTheDepthAreRefused() {
    Kernels kernels = BOTH.getFirst();
    try (KernelData data = new KernelData(8)) {
      StoredMatrix source = StoredData.matrix(StoredFormat.Q8_0, 32, 32, new Random(1));
      assertThatThrownBy(() -> pack(data, kernels, source, WeightLayout.IN_OUT))
          .hasMessageContaining("Q8_0 is packed by rows");
    }
  }
}
