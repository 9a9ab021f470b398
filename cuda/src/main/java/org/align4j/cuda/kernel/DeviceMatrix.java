package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Rows of floats in device memory.
 *
 * @param address of the first element
 * @param rows number of rows
 * @param columns floats of a row
 * @param pitch floats from one row to the next
 */
public record DeviceMatrix(long address, int rows, int columns, int pitch) {

  /** Dense rows. */
  public static DeviceMatrix dense(long address, int rows, int columns) {
    return new DeviceMatrix(address, rows, columns, columns);
  }

  /** Checks the shape. */
  public DeviceMatrix {
    checkArgument(
        rows >= 0 && columns > 0 && pitch >= columns,
        "[%s, %s] with rows %s apart is no matrix",
        rows,
        columns,
        pitch);
  }

  /** Columns {@code [from, to)} of all rows, shared. */
  public DeviceMatrix columns(int from, int to) {
    checkArgument(from >= 0 && from < to && to <= columns, "columns [%s, %s)", from, to);
    return new DeviceMatrix(address + 4L * from, rows, to - from, pitch);
  }

  /** Rows {@code [from, to)}, shared. */
  public DeviceMatrix rows(int from, int to) {
    checkArgument(from >= 0 && from <= to && to <= rows, "rows [%s, %s)", from, to);
    return new DeviceMatrix(address + 4L * from * pitch, to - from, columns, pitch);
  }
}
