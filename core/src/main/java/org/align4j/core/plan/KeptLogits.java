package org.align4j.core.plan;

import java.util.Arrays;
import org.align4j.core.kernel.Floats;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Matrix;
import org.align4j.core.kernel.NativeMemory;
import org.jspecify.annotations.Nullable;

/**
 * Logits that a forward pass leaves to its backward pass, which need not make them again: those of
 * one block of rows, the first slices of the vocabulary, as many as the budget allows.
 */
final class KeptLogits {

  /** Three quarters of the slices of 1,024 rows and 49,152 ids, all of those of 768 rows. */
  private static final long BYTES = 144L << 20;

  private final NativeMemory memory;
  private final int vocabulary;
  private @Nullable Floats floats;
  private Matrix[] slices = new Matrix[0];
  private int[] rows = new int[0];
  private int count;

  KeptLogits(NativeMemory memory, int vocabulary) {
    this.memory = memory;
    this.vocabulary = vocabulary;
  }

  /** Makes room for the logits of these rows, in place of what was kept. */
  void begin(int[] ofRows, int rowCount) {
    if (rows.length < rowCount) {
      allocate((rowCount + 15) / 16 * 16);
    }
    System.arraycopy(ofRows, 0, rows, 0, rowCount);
    count = rowCount;
  }

  private void allocate(int capacity) {
    if (floats != null) {
      memory.free(floats);
    }
    int width = Math.min(Kernels.SLICE, vocabulary);
    long length = (long) capacity * width;
    int kept = (int) Math.min(Kernels.slices(vocabulary), BYTES / Float.BYTES / length);
    Floats all = memory.allocate(kept * length);
    slices = new Matrix[kept];
    for (int s = 0; s < kept; s++) {
      Matrix whole = all.slice(s * length, length).matrix(width);
      slices[s] = whole.columns(0, Math.min(width, vocabulary - s * width));
    }
    rows = new int[capacity];
    floats = all;
  }

  /** Where a slice is kept, or null. */
  @Nullable Matrix slice(int s) {
    return s < slices.length ? slices[s] : null;
  }

  /** Whether what is kept are the logits of these rows. */
  boolean holds(int[] ofRows, int rowCount) {
    return count == rowCount && Arrays.equals(rows, 0, count, ofRows, 0, rowCount);
  }

  /** The backward pass has turned them into gradients. */
  void clear() {
    count = 0;
  }
}
