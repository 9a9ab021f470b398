package org.align4j.core.kernel.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class NativeMemoryTest {

  @Test
  void memoryIsZeroAndAligned() {
    try (NativeMemory memory = new NativeMemory()) {
      for (int count : new int[] {1, 1000, 3_000_000}) {
        NativeFloats floats = memory.allocate(count);
        assertThat(floats.address() % 64).isZero();
        assertThat(floats.get(0)).isZero();
        assertThat(floats.get(count - 1)).isZero();
        floats.set(count - 1, 2);
        memory.free(floats);
      }
    }
  }

  @Test
  void freeingTwiceIsRefused() {
    try (NativeMemory memory = new NativeMemory()) {
      NativeFloats floats = memory.allocate(10);
      memory.free(floats);
      assertThatThrownBy(() -> memory.free(floats))
          .hasMessage("the memory to free was not allocated here");
    }
  }

  @Test
  void arraysAreSharedNotCopied() {
    try (var array = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}})) {
      NativeFloats floats = NativeFloats.of(array);
      assertThat(floats.toArray()).containsExactly(1, 2, 3, 4);
      floats.matrix(2).set(1, 0, 7);
      assertThat(array.getFloat(1, 0)).isEqualTo(7);
      assertThatThrownBy(() -> NativeFloats.of(array.transpose()))
          .hasMessageContaining("kernels need dense c-ordered FLOAT arrays");
    }
  }

  @Test
  void slicesStayInside() {
    try (NativeMemory memory = new NativeMemory()) {
      NativeFloats floats = memory.allocate(12);
      assertThatThrownBy(() -> floats.slice(5, 8))
          .hasMessage("slice [5, 13) is outside the 12 floats of the view");
      assertThatThrownBy(() -> floats.get(12)).isInstanceOf(IndexOutOfBoundsException.class);
      Matrix matrix = floats.matrix(4);
      assertThatThrownBy(() -> matrix.columns(2, 5)).hasMessage("columns [2, 5) are outside [3,4]");
      assertThatThrownBy(() -> matrix.rows(1, 4)).hasMessage("rows [1, 4) are outside [3,4]");
      assertThat(matrix.columns(2, 4).rows(1, 3).address(1) - floats.address()).isEqualTo(40);
    }
  }
}
