package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.memory.NativeFloats;

/**
 * The right-hand side of a product, {@code [depth, columns]}, in the order in which a kernel reads
 * it: panels of {@code width} columns, each {@code [depth][width]}, the last one filled up with
 * zeros. Made by {@link ProductKernels#packed}, filled by {@link ProductKernels#pack}.
 */
public final class PackedMatrix {

  private final NativeFloats data;
  private final int depth;
  private final int columns;
  private final int width;
  private final long panelStride;

  PackedMatrix(NativeFloats data, int depth, int columns, int width, long panelStride) {
    this.data = data;
    this.depth = depth;
    this.columns = columns;
    this.width = width;
    this.panelStride = panelStride;
  }

  public static PackedMatrix of(NativeFloats data, int depth, int columns, int width) {
    checkArgument(
        depth > 0 && columns > 0, "[%s,%s] cannot be packed: it is empty", depth, columns);
    long length = length(depth, columns, width);
    checkArgument(
        length <= data.length(),
        "[%s,%s] packs into %s floats, there are %s",
        depth,
        columns,
        length,
        data.length());
    return new PackedMatrix(data, depth, columns, width, (long) depth * width);
  }

  public static long length(int depth, int columns, int width) {
    return (long) depth * width * ((columns + width - 1) / width);
  }

  /** Length of the sums: rows of the right-hand side. */
  public int depth() {
    return depth;
  }

  /** Columns of the right-hand side and of the result. */
  public int columns() {
    return columns;
  }

  /** Number of panels: what {@link ProductKernels#pack} may be split over. */
  public int panels() {
    return (columns + width - 1) / width;
  }

  /** Columns {@code [from, to)}, shared; {@code from} is the first column of a panel. */
  public PackedMatrix columns(int from, int to) {
    checkArgument(
        from >= 0 && from < to && to <= columns && from % width == 0,
        "columns [%s, %s) of %s: they must start at a multiple of %s",
        from,
        to,
        columns,
        width);
    long skip = from / width * panelStride;
    return new PackedMatrix(
        data.slice(skip, data.length() - skip), depth, to - from, width, panelStride);
  }

  /** Rows {@code [from, to)} of the depth, shared: a part of the sums. */
  public PackedMatrix depth(int from, int to) {
    checkArgument(from >= 0 && from < to && to <= depth, "depth [%s, %s) of %s", from, to, depth);
    long skip = (long) from * width;
    return new PackedMatrix(
        data.slice(skip, data.length() - skip), to - from, columns, width, panelStride);
  }

  int width() {
    return width;
  }

  /** Bytes from one panel to the next. */
  public long panelPitch() {
    return Float.BYTES * panelStride;
  }

  /** Address of row k of panel p. */
  public long address(int panel, int k) {
    return data.address() + Float.BYTES * (panel * panelStride + (long) k * width);
  }
}
