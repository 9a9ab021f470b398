package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.ops.WeightLayout;

/**
 * The right-hand side of a product, {@code [depth, columns]}, in the order in which a kernel reads
 * it: panels of {@code width} columns, each {@code [depth][width]}, the last one filled up with
 * zeros. Made by {@link ProductKernels#packed}, filled by {@link ProductKernels#pack}.
 */
public final class PackedMatrix implements Panels {

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

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public int panels() {
    return (columns + width - 1) / width;
  }

  @Override
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

  @Override
  public void copyColumn(int column, long target) {
    checkElementIndex(column, columns, "column");
    long at = address(column / width, 0) + (long) Float.BYTES * (column % width);
    for (int k = 0; k < depth; k++) {
      float value = Memory.get(at + (long) Float.BYTES * width * k);
      Memory.set(target + (long) Float.BYTES * k, value);
    }
  }

  @Override
  public void pack(StoredMatrix source, WeightLayout layout, int from, int to) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int out = outIn ? source.rows() : source.columns();
    int in = outIn ? source.columns() : source.rows();
    checkArgument(
        source.format() == StoredFormat.F32 && in == depth && out == columns,
        "a matrix of %s inputs and %s outputs in %s cannot be packed as [%s,%s] in F32",
        in,
        out,
        source.format(),
        depth,
        columns);
    for (int panel = from; panel < to; panel++) {
      for (int lane = 0; lane < width; lane++) {
        int column = panel * width + lane;
        long at = address(panel, 0) + (long) Float.BYTES * lane;
        for (int k = 0; k < depth; k++) {
          int bits = 0;
          if (column < columns) {
            bits = outIn ? source.floatBits(column, k) : source.floatBits(k, column);
          }
          Memory.setInt(at + (long) Float.BYTES * width * k, bits);
        }
      }
    }
  }

  /** Rows {@code [from, to)} of the depth, shared: a part of the sums. */
  public PackedMatrix depth(int from, int to) {
    checkArgument(from >= 0 && from < to && to <= depth, "depth [%s, %s) of %s", from, to, depth);
    long skip = (long) from * width;
    return new PackedMatrix(
        data.slice(skip, data.length() - skip), to - from, columns, width, panelStride);
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
