package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.CompactMatrix;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by their definition: every sum a chain of fused multiply-adds in the order of the
 * depth.
 */
final class ScalarProducts implements ProductKernels {

  private static final int ROW_TILE = 16;

  @Override
  public long packedLength(int depth, int columns) {
    return PackedMatrix.length(depth, columns, 1);
  }

  @Override
  public PackedMatrix packed(NativeFloats memory, int depth, int columns) {
    return PackedMatrix.of(memory, depth, columns, 1);
  }

  @Override
  public long storedLength(StoredFormat format, int depth, int columns) {
    return format == StoredFormat.F32
        ? packedLength(depth, columns)
        : CompactMatrix.length(format, depth, columns, 1);
  }

  @Override
  public Panels stored(NativeFloats memory, StoredFormat format, int depth, int columns) {
    return format == StoredFormat.F32
        ? packed(memory, depth, columns)
        : CompactMatrix.of(memory, format, depth, columns, 1);
  }

  @Override
  public int productTiles(int rows, Panels weight) {
    return (rows + ROW_TILE - 1) / ROW_TILE;
  }

  @Override
  public void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to) {
    for (int c = from; c < to; c++) {
      for (int k = 0; k < target.depth(); k++) {
        float value = layout == WeightLayout.OUT_IN ? source.get(c, k) : source.get(k, c);
        Memory.set(target.address(c, k), value);
      }
    }
  }

  @Override
  public void packTransposed(
      Panels source, PackedMatrix target, int from, int to, Scratch scratch) {
    long column = scratch.address(source.depth());
    for (int k = 0; k < source.columns(); k++) {
      source.copyColumn(k, column);
      for (int c = from; c < to; c++) {
        Memory.set(target.address(c, k), Memory.get(column + 4L * c));
      }
    }
  }

  @Override
  public void product(
      Matrix x,
      int rows,
      Panels weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    product(x, false, rows, weight, bias, y, add, from, to, scratch);
  }

  @Override
  public void transposedProduct(
      Matrix x,
      int rows,
      PackedMatrix weight,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    product(x, true, rows, weight, null, y, add, from, to, scratch);
  }

  private static void product(
      Matrix x,
      boolean transposed,
      int rows,
      Panels weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    long column = scratch.address(weight.depth());
    for (int c = 0; c < weight.columns(); c++) {
      weight.copyColumn(c, column);
      for (int n = from * ROW_TILE; n < Math.min(rows, to * ROW_TILE); n++) {
        float sum = add ? y.get(n, c) : 0;
        for (int k = 0; k < weight.depth(); k++) {
          float left = transposed ? x.get(k, n) : x.get(n, k);
          sum = Math.fma(left, Memory.get(column + 4L * k), sum);
        }
        y.set(n, c, bias == null ? sum : sum + bias.get(c));
      }
    }
  }
}
