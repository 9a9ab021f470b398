package org.align4j.core.plan.head;

import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/**
 * Logits that a forward pass leaves to its backward pass, which need not make them again: those of
 * one block of rows, the first slices of the vocabulary, as many as the budget allows.
 */
final class SavedLogits {

  private final NativeMemory memory;
  private final int vocabulary;
  private final long budget;
  private @Nullable NativeFloats floats;
  private Matrix[] slices = new Matrix[0];
  private int room;
  private int count;

  /**
   * Nothing kept yet.
   *
   * @param budget floats
   */
  SavedLogits(NativeMemory memory, int vocabulary, long budget) {
    this.memory = memory;
    this.vocabulary = vocabulary;
    this.budget = budget;
  }

  /** Makes room for the logits of so many rows, in place of what was kept. */
  void begin(int rows) {
    int wanted = (rows + 15) / 16 * 16;
    if (room != wanted) {
      cut(wanted);
    }
    count = rows;
  }

  private void cut(int rows) {
    room = 0;
    slices = new Matrix[0];
    int width = Math.min(HeadKernels.SLICE, vocabulary);
    long length = (long) rows * width;
    Matrix[] pieces = new Matrix[(int) Math.min(HeadKernels.slices(vocabulary), budget / length)];
    for (int s = 0; s < pieces.length; s++) {
      Matrix whole = floats(pieces.length * length).slice(s * length, length).matrix(width);
      pieces[s] = whole.columns(0, Math.min(width, vocabulary - s * width));
    }
    slices = pieces;
    room = rows;
  }

  private NativeFloats floats(long length) {
    NativeFloats there = floats;
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

  /**
   * Keeps only some rows, moved together.
   *
   * @param rows ascending
   * @return false, with nothing done, where they are not all kept
   */
  boolean narrow(Kernels kernels, Threads threads, int[] rows, int wanted) {
    if (wanted == 0 || rows[wanted - 1] >= count) {
      return false;
    }
    int inPlace = 0;
    while (inPlace < wanted && rows[inPlace] == inPlace) {
      inPlace++;
    }
    if (inPlace < wanted) {
      int first = inPlace;
      Task move =
          (from, to, scratch) -> {
            // Row n comes from row rows[n] >= n, and rows are moved in order: none is lost.
            for (int s = from; s < to; s++) {
              kernels.rows().gatherRows(slices[s], rows, slices[s], first, wanted);
            }
          };
      threads.run(move, slices.length, 1);
    }
    count = wanted;
    return true;
  }

  /** The backward pass has turned them into gradients. */
  void clear() {
    count = 0;
  }

  /** Gives the memory back; a backward pass that is still to come makes the logits again. */
  void release() {
    clear();
    room = 0;
    slices = new Matrix[0];
    NativeFloats there = floats;
    floats = null;
    if (there != null) {
      memory.free(there);
    }
  }
}
