package org.align4j.core.kernel.stored;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;
import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A matrix {@code [rows, columns]} as a file stores it, row after row, each of whole blocks. Rows
 * can be taken in another order, or some of them, without copying.
 */
public final class StoredMatrix {

  private final StoredFormat format;
  private final int columns;
  private final MemorySegment data;
  private final int rows;
  private final int @Nullable [] order;

  private StoredMatrix(
      StoredFormat format, int rows, int columns, MemorySegment data, int @Nullable [] order) {
    this.format = format;
    this.rows = rows;
    this.columns = columns;
    this.data = data;
    this.order = order;
  }

  /**
   * A matrix over the bytes of a file.
   *
   * @param data the matrix from byte 0 on; it stays readable as long as the matrix is used
   */
  public static StoredMatrix of(StoredFormat format, int rows, int columns, MemorySegment data) {
    checkArgument(rows > 0 && columns > 0, "[%s,%s] is no matrix: it is empty", rows, columns);
    checkArgument(
        columns % format.blockElements() == 0,
        "rows of %s elements are not whole blocks of %s (%s)",
        columns,
        format.blockElements(),
        format);
    long bytes = format.bytes((long) rows * columns);
    checkArgument(
        data.byteSize() >= bytes,
        "[%s,%s] in %s takes %s bytes, there are %s",
        rows,
        columns,
        format,
        bytes,
        data.byteSize());
    return new StoredMatrix(format, rows, columns, data, null);
  }

  /**
   * Gives the memory of a mapped file's pages back, which comes again when it is read: what has
   * been packed would otherwise count twice.
   */
  public void unload() {
    if (data.isMapped()) {
      data.unload();
    }
  }

  /** How its numbers are stored. */
  public StoredFormat format() {
    return format;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Number of columns. */
  public int columns() {
    return columns;
  }

  /** The matrix whose row i is row {@code source[i]} of this one, shared. */
  public StoredMatrix rows(int[] source) {
    int[] composed = new int[source.length];
    for (int i = 0; i < source.length; i++) {
      checkElementIndex(source[i], rows, "row");
      composed[i] = order == null ? source[i] : order[source[i]];
    }
    return new StoredMatrix(format, source.length, columns, data, composed);
  }

  /** Rows {@code [from, to)}, shared. */
  public StoredMatrix rows(int from, int to) {
    checkArgument(
        from >= 0 && from < to && to <= rows,
        "rows [%s, %s) are outside [%s,%s]",
        from,
        to,
        rows,
        columns);
    if (order != null) {
      return new StoredMatrix(
          format, to - from, columns, data, Arrays.copyOfRange(order, from, to));
    }
    long start = format.bytes((long) from * columns);
    return new StoredMatrix(format, to - from, columns, data.asSlice(start), null);
  }

  /** Copies the bytes of a row as they are stored. */
  public void copyRow(int row, MemorySegment to, long at) {
    MemorySegment.copy(data, rowByte(row), to, at, format.bytes(columns));
  }

  /** Decodes a row to the start of an array. */
  public void decodeRow(int row, float[] to) {
    format.decode(data, rowByte(row), to, columns);
  }

  /** Decodes the part {@code index} of a row: elements from {@code index · partElements} on. */
  public void decodePart(int row, int index, Part to) {
    format.decodePart(data, rowByte(row), index, to);
  }

  /** The stored bits of an element where elements are floats; of 16 the lower ones count. */
  public int floatBits(int row, int column) {
    checkState(!format.isQuantised(), "numbers of %s are not floats", format);
    return format.floatBits(data, rowByte(row), checkElementIndex(column, columns, "column"));
  }

  private long rowByte(int row) {
    checkElementIndex(row, rows, "row");
    return format.bytes((long) (order == null ? row : order[row]) * columns);
  }
}
