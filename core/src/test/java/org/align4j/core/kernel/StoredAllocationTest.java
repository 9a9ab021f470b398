package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Random;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.stored.StoredData;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compiled products with weights as stored allocate nothing: numbers are widened in registers. */
@Tag("isolated")
class StoredAllocationTest {

  /** Rounds within which the compiler has seen everything, also on a busy machine. */
  private static final int ROUNDS = 400;

  private static final int CALLS = 500;
  private static final int DEPTH = 512;

  /** So many that two panels are left behind the four runs. */
  private static final int COLUMNS = 320;

  @ParameterizedTest
  @EnumSource(StoredFormat.class)
  void productsOfFewRowsAndOfSeveralAllocateNothing(StoredFormat format) {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ProductKernels products = new VectorKernels().products();
    try (KernelData data = new KernelData(1)) {
      Panels weight =
          products.stored(
              data.memory.allocate(products.storedLength(format, DEPTH, COLUMNS)),
              format,
              DEPTH,
              COLUMNS);
      products.pack(
          StoredData.matrix(format, COLUMNS, DEPTH, new Random(1)),
          WeightLayout.OUT_IN,
          weight,
          0,
          weight.panels());
      for (int rows : new int[] {1, 2, 4, 8}) {
        Matrix x = data.matrix(rows, DEPTH);
        Matrix y = data.matrix(rows, COLUMNS);
        int tiles = products.productTiles(rows, weight);
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && allocated > 0; round++) {
          long before = bean.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < CALLS; i++) {
            products.product(x, rows, weight, null, y, false, 0, tiles, data.scratch);
          }
          allocated = bean.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("%s rows", rows).isZero();
      }
    }
  }
}
