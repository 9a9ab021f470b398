package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;

import org.align4j.core.kernel.CompactMatrix;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products in the manner of Goto and van de Geijn (2008): a micro-kernel keeps the sums in
 * registers. A block of rows and a group of panels of the right-hand side share the second cache;
 * the first row brings the panels there, the others find them. Where the weights come from memory
 * for every block, blocks are longer and their rows come from the third cache, a few at a time.
 * Sums over the depth go on through memory from block to block, so blocking changes no bits.
 */
public final class VectorProducts implements ProductKernels {

  /** Thirty-two registers, as processors with 16 lanes have. */
  static final boolean WIDE = Lanes.COUNT >= 16;

  public static final int WIDTH = 2 * Lanes.COUNT;

  /** Rows of the largest micro-kernel. */
  static final int ROWS = WIDE ? 14 : 5;

  /** Rows that the second cache has room for: so few are one block. */
  static final int CACHED_ROWS = 16 * ROWS;

  /** Rows of a block at most, of many ... */
  private static final int ROW_BLOCK = WIDE ? 112 : 60;

  /** ... and where the third cache has no room for the weights, or each block widens them. */
  private static final int LONG_ROW_BLOCK = 240;

  /** Bytes of weights that the third cache has room for. */
  private static final long CACHED_WEIGHTS = 8L << 20;

  private static final int DEPTH_BLOCK = 576;

  /** Up to so many rows, where the weights come from memory, panels are read in longer pieces. */
  private static final int FEW_ROWS = WIDE ? 4 * ROWS : 3;

  private static final int LONG_DEPTH_BLOCK = 4 * DEPTH_BLOCK;
  private static final int TILES = 16;
  static final long PANEL_ROW = 2 * BYTES;

  @Override
  public long packedLength(int depth, int columns) {
    return PackedMatrix.length(depth, columns, WIDTH);
  }

  @Override
  public PackedMatrix packed(NativeFloats memory, int depth, int columns) {
    return PackedMatrix.of(memory, depth, columns, WIDTH);
  }

  @Override
  public void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to) {
    Packing.weight(source, layout, target, from, to);
  }

  @Override
  public long storedLength(StoredFormat format, int depth, int columns) {
    return format == StoredFormat.F32
        ? packedLength(depth, columns)
        : CompactMatrix.length(format, depth, columns, WIDTH);
  }

  @Override
  public Panels stored(NativeFloats memory, StoredFormat format, int depth, int columns) {
    return format == StoredFormat.F32
        ? packed(memory, depth, columns)
        : CompactMatrix.of(memory, format, depth, columns, WIDTH);
  }

  @Override
  public void packTransposed(
      Panels source, PackedMatrix target, int from, int to, Scratch scratch) {
    CompactTiles.transpose(source, target, from, to, scratch);
  }

  @Override
  public int productTiles(int rows, Panels weight) {
    if (weight instanceof CompactMatrix compact && CompactTiles.oneByOne(rows, compact)) {
      return CompactTiles.rowTiles(compact);
    }
    return rowBlocks(rows, weight) * columnBlocks(rows, weight);
  }

  private static int rowBlocks(int rows, Panels weight) {
    int block = rowBlock(rows, weight);
    return (rows + block - 1) / block;
  }

  /** Rows of a block: whole micro-kernels, and an even number of blocks. */
  private static int rowBlock(int rows, Panels weight) {
    if (rows <= CACHED_ROWS) {
      return rows;
    }
    long bytes = weight.panels() * PANEL_ROW * weight.depth();
    boolean cached = weight instanceof PackedMatrix && bytes <= CACHED_WEIGHTS;
    int most = cached ? ROW_BLOCK : LONG_ROW_BLOCK;
    int blocks = 2 * ((rows + 2 * most - 1) / (2 * most));
    int each = (rows + blocks - 1) / blocks;
    return (each + ROWS - 1) / ROWS * ROWS;
  }

  private static int columnBlocks(int rows, Panels weight) {
    int each = columnBlock(rows, weight);
    return (weight.panels() + each - 1) / each;
  }

  /** Panels of a tile: whole fours, which {@link FewRows} takes at once. */
  private static int columnBlock(int rows, Panels weight) {
    int wanted = Math.max(1, TILES / Math.max(1, rowBlocks(rows, weight)));
    int each = (weight.panels() + wanted - 1) / wanted;
    return (each + 3) / 4 * 4;
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
    if (weight instanceof CompactMatrix compact && CompactTiles.oneByOne(rows, compact)) {
      CompactTiles.rows(x, rows, compact, bias, from, to, y, add, scratch);
      return;
    }
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
    int panels = weight.panels();
    int columnBlocks = columnBlocks(rows, weight);
    int each = columnBlock(rows, weight);
    int block = rowBlock(rows, weight);
    long rowPitch = transposed ? Float.BYTES : x.pitch();
    long kPitch = transposed ? x.pitch() : Float.BYTES;
    // One row takes neighbouring tiles as one: their memory is read in longer runs.
    int step = rows == 1 ? to - from : 1;
    for (int tile = from; tile < to; tile += step) {
      int row = tile / columnBlocks * block;
      int panel = tile % columnBlocks * each;
      int rowEnd = Math.min(rows, row + block);
      int panelEnd = Math.min(panels, panel + step * each);
      long a = x.address(0);
      switch (weight) {
        case PackedMatrix packed ->
            tile(a, rowPitch, kPitch, row, rowEnd, packed, panel, panelEnd, y, add, scratch);
        case CompactMatrix compact ->
            CompactTiles.tile(a, rowPitch, row, rowEnd, compact, panel, panelEnd, y, add, scratch);
      }
      if (bias != null) {
        addBias(bias, y, row, rowEnd, panel * WIDTH, Math.min(weight.columns(), panelEnd * WIDTH));
      }
    }
  }

  private static void tile(
      long x,
      long rowPitch,
      long kPitch,
      int row,
      int rowEnd,
      PackedMatrix weight,
      int panel,
      int panelEnd,
      Matrix y,
      boolean add,
      Scratch scratch) {
    int depth = weight.depth();
    int step = depthStep(rowEnd - row, depth);
    long a = x + row * rowPitch;
    boolean single = rowEnd - row == 1 && kPitch == Float.BYTES;
    long work = PackedProducts.packed(a, rowPitch, kPitch, rowEnd - row, depth, step, 0, scratch);
    long rows = single ? a : work + Float.BYTES * (long) PackedProducts.TILE;
    long pitch = Float.BYTES * (single ? 1L : PackedProducts.room(rowEnd - row));
    int whole = Math.min(panelEnd, weight.columns() / WIDTH);
    for (int k = 0; k < depth; k += step) {
      PackedProducts.panels(
          rows + k * pitch,
          weight.address(panel, k),
          weight.panelPitch(),
          panel,
          panelEnd,
          whole,
          weight.columns(),
          Math.min(step, depth - k),
          y,
          row,
          rowEnd,
          add || k > 0,
          work);
    }
  }

  private static int depthStep(int rows, int depth) {
    int most = rows <= FEW_ROWS ? LONG_DEPTH_BLOCK : DEPTH_BLOCK;
    int blocks = (depth + most - 1) / most;
    return (depth + blocks - 1) / blocks;
  }

  static void addBias(NativeFloats bias, Matrix y, int row, int rowEnd, int from, int to) {
    for (int n = row; n < rowEnd; n++) {
      long target = y.address(n);
      for (int c = from; c < to; c++) {
        long at = target + 4L * c;
        Memory.set(at, Memory.get(at) + Memory.get(bias.address() + 4L * c));
      }
    }
  }
}
