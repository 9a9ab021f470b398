package org.align4j.core.kernel;

import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.ops.WeightLayout;

/**
 * The right-hand side of a product, {@code [depth, columns]}, in the order in which a kernel reads
 * it: in float32, or compact as a file stores it. Products with either have the same bits.
 */
public sealed interface Panels permits PackedMatrix, CompactMatrix {

  /** Length of the sums: rows of the right-hand side. */
  int depth();

  /** Columns of the right-hand side and of the result. */
  int columns();

  /** Number of panels: what packing may be split over. */
  int panels();

  /** Columns {@code [from, to)}, shared; {@code from} is the first column of a panel. */
  Panels columns(int from, int to);

  /** Copies all of a column, widened, to the float32 memory at an address. */
  void copyColumn(int column, long target);

  /**
   * Writes panels {@code [from, to)} from a matrix of a file: {@link ProductKernels#pack(
   * StoredMatrix, WeightLayout, Panels, int, int)}.
   */
  void pack(StoredMatrix source, WeightLayout layout, int from, int to);
}
