package org.align4j.core.kernel.memory;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Rows of native floats: {@code [rows, columns]}, a row every {@code stride} floats. Columns and
 * rows can be cut out without copying, so a part of a fused projection is an operand like any
 * other.
 */
public final class Matrix implements Elements {

  private final NativeFloats data;
  private final int rows;
  private final int columns;
  private final int stride;

  Matrix(NativeFloats data, int rows, int columns, int stride) {
    checkArgument(
        columns > 0 && stride >= columns && rows >= 0,
        "[%s,%s] with stride %s is no matrix",
        rows,
        columns,
        stride);
    checkArgument(
        rows == 0 || (rows - 1L) * stride + columns <= data.length(),
        "[%s,%s] with stride %s needs more than the %s floats there are",
        rows,
        columns,
        stride,
        data.length());
    this.data = data;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Number of columns. */
  public int columns() {
    return columns;
  }

  /** Floats from one row to the next. */
  public int stride() {
    return stride;
  }

  /** Columns {@code [from, to)}, shared. */
  public Matrix columns(int from, int to) {
    checkArgument(
        from >= 0 && from < to && to <= columns,
        "columns [%s, %s) are outside [%s,%s]",
        from,
        to,
        rows,
        columns);
    return new Matrix(data.slice(from, data.length() - from), rows, to - from, stride);
  }

  /** Rows {@code [from, to)}, shared. */
  public Matrix rows(int from, int to) {
    checkArgument(
        from >= 0 && from <= to && to <= rows,
        "rows [%s, %s) are outside [%s,%s]",
        from,
        to,
        rows,
        columns);
    long start = Math.min((long) from * stride, data.length());
    return new Matrix(data.slice(start, data.length() - start), to - from, columns, stride);
  }

  /** The floats of one row, shared. */
  public NativeFloats row(int row) {
    checkRow(row);
    return data.slice((long) row * stride, columns);
  }

  /** One element. */
  @Override
  public float get(int row, int column) {
    checkRow(row);
    return data.get((long) row * stride + column);
  }

  /** Writes one element. */
  public void set(int row, int column, float value) {
    checkRow(row);
    data.set((long) row * stride + column, value);
  }

  /** Adds to one element. */
  public void add(int row, int column, float value) {
    set(row, column, get(row, column) + value);
  }

  /** Address of the first element of a row. */
  public long address(int row) {
    return data.address() + Float.BYTES * ((long) row * stride);
  }

  /** Bytes from one row to the next. */
  public long pitch() {
    return (long) Float.BYTES * stride;
  }

  /** Throws unless rows {@code [from, to)} exist. */
  public void checkRows(int from, int to) {
    if (from < 0 || from > to || to > rows) {
      throw new IndexOutOfBoundsException(
          "rows [" + from + ", " + to + ") are outside [" + rows + "," + columns + "]");
    }
  }

  private void checkRow(int row) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException(
          "row " + row + " is outside [" + rows + "," + columns + "]");
    }
  }
}
