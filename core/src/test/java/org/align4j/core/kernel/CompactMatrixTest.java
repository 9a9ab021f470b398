package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.stored.StoredFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompactMatrixTest {

  private static final int WIDTH = 32;
  private static final long REGION = 16 << 10;

  @ParameterizedTest
  @EnumSource(
      value = StoredFormat.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"F32"})
  void bothPairsOfRunsStandAtTheSamePlaceOfARegion(StoredFormat format) {
    for (int panels : new int[] {4, 6, 18, 31, 48}) {
      for (int blocks : new int[] {1, 3, 6}) {
        int depth = blocks * Math.max(32, format.blockElements());
        int columns = panels * WIDTH - 5;
        long length = CompactMatrix.length(format, depth, columns, WIDTH);
        try (NativeMemory memory = new NativeMemory()) {
          NativeFloats data = memory.allocate(length);
          CompactMatrix matrix = CompactMatrix.of(data, format, depth, columns, WIDTH);
          int run = matrix.run();
          assertThat(run).isEqualTo((panels - 1) / 4);
          for (int i = 0; i < 2 * run; i++) {
            assertThat((matrix.address(2 * run + i, 0) - matrix.address(i, 0)) % REGION).isZero();
          }
          assertPanelsFillTheMemory(matrix, data);
        }
      }
    }
  }

  /** None is on another, only the pairs of runs have a gap between, and nothing is left behind. */
  private static void assertPanelsFillTheMemory(CompactMatrix matrix, NativeFloats data) {
    long panel = matrix.blockPitch() * Math.ceilDiv(matrix.depth(), matrix.blockDepth());
    long at = data.address();
    for (int p = 0; p < matrix.panels(); p++) {
      long gap = matrix.address(p, 0) - at;
      if (p == 2 * matrix.run()) {
        assertThat(gap).isBetween(0L, REGION - 1);
      } else {
        assertThat(gap).isZero();
      }
      at = matrix.address(p, 0) + panel;
    }
    assertThat(at).isEqualTo(data.address() + Float.BYTES * data.length());
  }
}
