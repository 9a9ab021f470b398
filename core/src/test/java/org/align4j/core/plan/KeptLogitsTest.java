package org.align4j.core.plan;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Matrix;
import org.align4j.core.kernel.NativeMemory;
import org.junit.jupiter.api.Test;

/** How much is kept, and of what. */
class KeptLogitsTest {

  @Test
  void everySliceOfFewRowsHasItsPlaceAndTheLastItsWidth() {
    try (NativeMemory memory = new NativeMemory()) {
      KeptLogits kept = new KeptLogits(memory, 2 * Kernels.SLICE + 5);
      kept.begin(new int[] {3, 4}, 2);
      Matrix[] slices = new Matrix[3];
      for (int s = 0; s < 3; s++) {
        slices[s] = requireNonNull(kept.slice(s));
        assertThat(slices[s].columns()).isEqualTo(s < 2 ? Kernels.SLICE : 5);
        slices[s].set(1, 4, s);
      }
      assertThat(slices).extracting(slice -> slice.get(1, 4)).containsExactly(0f, 1f, 2f);
      assertThat(kept.slice(3)).isNull();
    }
  }

  @Test
  void ofManyRowsTheFirstSlicesAreKept() {
    try (NativeMemory memory = new NativeMemory()) {
      KeptLogits kept = new KeptLogits(memory, 48 * Kernels.SLICE);
      kept.begin(new int[1024], 1024);
      assertThat(kept.slice(35)).isNotNull();
      assertThat(kept.slice(36)).isNull();
    }
  }

  @Test
  void onlyTheSameRowsAreHeldAndOnlyOnce() {
    try (NativeMemory memory = new NativeMemory()) {
      KeptLogits kept = new KeptLogits(memory, 10);
      kept.begin(new int[] {3, 5, 0}, 2);
      assertThat(kept.holds(new int[] {3, 5}, 2)).isTrue();
      assertThat(kept.holds(new int[] {3, 6}, 2)).isFalse();
      assertThat(kept.holds(new int[] {3, 5}, 1)).isFalse();
      kept.clear();
      assertThat(kept.holds(new int[] {3, 5}, 2)).isFalse();
    }
  }
}
