package org.align4j.core.plan.head;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.runtime.Resources;
import org.junit.jupiter.api.Test;

/** How much is kept, and of what. */
class SavedLogitsTest {

  /** Floats: a slice of 256 rows. */
  private static final long BUDGET = 256L * HeadKernels.SLICE;

  @Test
  void everySliceOfFewRowsHasItsPlaceAndTheLastItsWidth() {
    try (NativeMemory memory = new NativeMemory()) {
      SavedLogits kept = new SavedLogits(memory, 2 * HeadKernels.SLICE + 5, 1 << 20);
      kept.begin(2);
      Matrix[] slices = new Matrix[3];
      for (int s = 0; s < 3; s++) {
        slices[s] = requireNonNull(kept.slice(s));
        assertThat(slices[s].columns()).isEqualTo(s < 2 ? HeadKernels.SLICE : 5);
        slices[s].set(1, 4, s);
      }
      assertThat(slices).extracting(slice -> slice.get(1, 4)).containsExactly(0f, 1f, 2f);
      assertThat(kept.slice(3)).isNull();
    }
  }

  @Test
  void theMoreRowsTheFewerSlices() {
    try (NativeMemory memory = new NativeMemory()) {
      SavedLogits kept = new SavedLogits(memory, 48 * HeadKernels.SLICE, BUDGET);
      assertThat(slices(kept, 64)).isEqualTo(4);
      assertThat(slices(kept, 128)).isEqualTo(2);
      assertThat(slices(kept, 32)).isEqualTo(8);
      assertThat(slices(kept, 300)).isEqualTo(0);
      assertThat(slices(kept, 250)).isEqualTo(1);
    }
  }

  private static int slices(SavedLogits kept, int rows) {
    kept.begin(rows);
    int found = 0;
    while (kept.slice(found) != null) {
      requireNonNull(kept.slice(found)).set(rows - 1, HeadKernels.SLICE - 1, 1f);
      found++;
    }
    return found;
  }

  @Test
  void rowsThatAreKeptMoveTogetherAndOthersAreNotThere() {
    Kernels kernels = Resources.shared().kernels();
    try (NativeMemory memory = new NativeMemory();
        Threads threads = new Threads(2)) {
      SavedLogits kept = new SavedLogits(memory, HeadKernels.SLICE + 5, 1 << 20);
      kept.begin(4);
      for (int s = 0; s < 2; s++) {
        for (int row = 0; row < 4; row++) {
          requireNonNull(kept.slice(s)).set(row, 4, 10 * s + row);
        }
      }
      assertThat(kept.narrow(kernels, threads, new int[] {0, 4}, 2)).isFalse();
      assertThat(kept.narrow(kernels, threads, new int[] {0, 2, 3, 9}, 3)).isTrue();
      for (int s = 0; s < 2; s++) {
        Matrix slice = requireNonNull(kept.slice(s));
        assertThat(new float[] {slice.get(0, 4), slice.get(1, 4), slice.get(2, 4)})
            .containsExactly(10 * s, 10 * s + 2, 10 * s + 3);
      }
      assertThat(kept.narrow(kernels, threads, new int[] {3}, 1)).isFalse();
      kept.clear();
      assertThat(kept.narrow(kernels, threads, new int[] {0}, 1)).isFalse();
    }
  }
}
