package org.align4j.algorithms.advantage;

import org.align4j.core.kernel.memory.NativeFloats;

/**
 * A few neighbouring rows of an array {@code [B,T]} in heap memory: what a recurrence over columns
 * works on at once, since a processor adds one row while it waits for another. Rows that the array
 * does not have are never written back.
 */
final class RowBlock {

  static final int ROWS = 4;

  /** Between rows: of a power of two apart, all would fall into the same sets of the L1 cache. */
  private static final int GAP = 16;

  /** From a row to the next in {@link #values}. */
  final int pitch;

  final float[] values;
  private final int columns;

  RowBlock(int columns) {
    this.columns = columns;
    this.pitch = columns + GAP;
    this.values = new float[ROWS * pitch];
  }

  /** Takes the rows from {@code first} on. */
  void read(NativeFloats array, int first) {
    for (int i = 0; i < rows(array, first); i++) {
      row(array, first + i).copyTo(values, i * pitch, columns);
    }
  }

  /** Writes them to the rows from {@code first} on. */
  void write(NativeFloats array, int first) {
    for (int i = 0; i < rows(array, first); i++) {
      row(array, first + i).copyFrom(values, i * pitch, columns);
    }
  }

  private int rows(NativeFloats array, int first) {
    return (int) Math.min(ROWS, array.length() / columns - first);
  }

  private NativeFloats row(NativeFloats array, int row) {
    return array.slice((long) row * columns, columns);
  }
}
