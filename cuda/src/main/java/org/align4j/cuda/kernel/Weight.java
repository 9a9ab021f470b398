package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The right-hand side of a product in device memory: floats, or bfloat16 as a checkpoint stores
 * them.
 *
 * @param address of the first element
 * @param rows number of rows
 * @param columns numbers of a row
 * @param pitch numbers from one row to the next
 * @param bf16 whether they are bfloat16, which count as the floats that they are
 */
public record Weight(long address, int rows, int columns, int pitch, boolean bf16) {

  /** Checks the shape. */
  public Weight {
    checkArgument(
        rows >= 0 && columns > 0 && pitch >= columns,
        "[%s, %s] with rows %s apart is no matrix",
        rows,
        columns,
        pitch);
  }

  /** Of floats. */
  public static Weight of(DeviceMatrix matrix) {
    return new Weight(matrix.address(), matrix.rows(), matrix.columns(), matrix.pitch(), false);
  }

  /** Rows {@code [from, to)}, shared. */
  public Weight rows(int from, int to) {
    checkArgument(from >= 0 && from <= to && to <= rows, "rows [%s, %s) of %s", from, to, rows);
    return new Weight(address + (bf16 ? 2L : 4L) * from * pitch, to - from, columns, pitch, bf16);
  }
}
