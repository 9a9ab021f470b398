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

  private final NativeMemory memory;
  private final int vocabulary;
  private final long budget;
  private @Nullable Floats floats;
  private Matrix[] slices = new Matrix[0];
  private int[] rows = new int[0];
  private int count;

  /**
   * Nothing kept yet.
   *
   * @param budget floats
   */
  KeptLogits(NativeMemory memory, int vocabulary, long budget) {
    this.memory = memory;
    this.vocabulary = vocabulary;
    this.budget = budget;
  }

  /** Makes room for the logits of these rows, in place of what was kept. */
  void begin(int[] ofRows, int rowCount) {
    int room = (rowCount + 15) / 16 * 16;
    if (rows.length != room) {
      cut(room);
    }
    System.arraycopy(ofRows, 0, rows, 0, rowCount);
    count = rowCount;
  }

  private void cut(int room) {
    rows = new int[0];
    slices = new Matrix[0];
    int width = Math.min(Kernels.SLICE, vocabulary);
    long length = (long) room * width;
    Matrix[] pieces = new Matrix[(int) Math.min(Kernels.slices(vocabulary), budget / length)];
    for (int s = 0; s < pieces.length; s++) {
      Matrix whole = floats(pieces.length * length).slice(s * length, length).matrix(width);
      pieces[s] = whole.columns(0, Math.min(width, vocabulary - s * width));
    }
    slices = pieces;
    rows = new int[room];
  }

  private Floats floats(long length) {
    Floats there = floats;
    if (there == null || there.length() < length) {
      release();
      there = memory.allocate(Math.min(budget, length + length / 8));
      floats = there;
    }
    return there;
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

  /** Gives the memory back; a backward pass that is still to come makes the logits again. */
  void release() {
    clear();
    rows = new int[0];
    slices = new Matrix[0];
    Floats there = floats;
    floats = null;
    if (there != null) {
      memory.free(there);
    }
  }
}
