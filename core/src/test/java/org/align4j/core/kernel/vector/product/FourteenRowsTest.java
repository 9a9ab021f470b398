package org.align4j.core.kernel.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.core.kernel.KernelData;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.junit.jupiter.api.Test;

/** The tall micro-kernels, which processors with fewer than 16 lanes never choose. */
class FourteenRowsTest {

  @Test
  void tallTilesHaveTheBitsOfSingleRows() {
    int depth = 37;
    int width = VectorProducts.WIDTH;
    try (KernelData data = new KernelData(9)) {
      NativeFloats b = data.floats(depth * width);
      for (int rows : new int[] {14, 12, 8}) {
        NativeFloats a = data.floats(depth * rows);
        Matrix c = data.matrix(rows, width);
        Matrix begun = data.copy(c);
        switch (rows) {
          case 14 ->
              FourteenRows.fourteen(a.address(), b.address(), depth, c.address(0), c.pitch());
          case 12 -> FourteenRows.twelve(a.address(), b.address(), depth, c.address(0), c.pitch());
          default -> FourteenRows.eight(a.address(), b.address(), depth, c.address(0), c.pitch());
        }
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < width; j++) {
            float sum = begun.get(i, j);
            for (int k = 0; k < depth; k++) {
              sum = Math.fma(a.get(k * rows + i), b.get(k * width + j), sum);
            }
            assertThat(c.get(i, j)).isEqualTo(sum);
          }
        }
      }
    }
  }
}
