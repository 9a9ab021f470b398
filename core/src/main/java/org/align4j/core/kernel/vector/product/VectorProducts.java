package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;

import jdk.incubator.vector.FloatVector;
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
  private static final int ROWS = WIDE ? 14 : 5;

  /** Floats of a tile of the result at the start of the scratch memory. */
  static final int TILE = ROWS * WIDTH;

  /** Rows that the second cache has room for: so few are one block. */
  private static final int CACHED_ROWS = 16 * ROWS;

  /** Rows of a block at most, of many ... */
  private static final int ROW_BLOCK = WIDE ? 112 : 60;

  /** ... and where the third cache has no room for the weights, or each block widens them. */
  private static final int LONG_ROW_BLOCK = 240;

  /** Bytes of weights that the third cache has room for. */
  private static final long CACHED_WEIGHTS = 8L << 20;

  private static final int DEPTH_BLOCK = 576;

  /** Panels that stay in the second cache while a block of rows passes by. */
  private static final int PANEL_GROUP = 4;

  /** Up to so many rows, where the weights come from memory, panels are read in longer pieces. */
  private static final int FEW_ROWS = WIDE ? 4 * ROWS : 3;

  private static final int LONG_DEPTH_BLOCK = 4 * DEPTH_BLOCK;
  private static final int TILES = 16;
  private static final long PANEL_ROW = 2 * BYTES;

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
    for (int tile = from; tile < to; tile++) {
      int row = tile / columnBlocks * block;
      int panel = tile % columnBlocks * each;
      int rowEnd = Math.min(rows, row + block);
      int panelEnd = Math.min(panels, panel + each);
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
    long work = packed(a, rowPitch, kPitch, rowEnd - row, depth, step, 0, scratch);
    long rows = single ? a : work + Float.BYTES * (long) TILE;
    long pitch = Float.BYTES * (single ? 1L : room(rowEnd - row));
    int whole = Math.min(panelEnd, weight.columns() / WIDTH);
    for (int k = 0; k < depth; k += step) {
      panels(
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

  /**
   * Packed rows times panels {@code [panel, panelEnd)}, of which b is the first. From {@code whole}
   * on, the columns do not fill them.
   */
  static void panels(
      long packed,
      long b,
      long panelPitch,
      int panel,
      int panelEnd,
      int whole,
      int columns,
      int depth,
      Matrix y,
      int row,
      int rowEnd,
      boolean load,
      long work) {
    int rows = rowEnd - row;
    long c = y.address(row) + panel * PANEL_ROW;
    int full = Math.max(0, Math.min(whole, panelEnd) - panel);
    panels(packed, b, panelPitch, full, depth, c, y.pitch(), lead(rows), rows, load);
    if (panel + full < panelEnd) {
      int left = columns - (panel + full) * WIDTH;
      c += full * PANEL_ROW;
      last(packed, b + full * panelPitch, depth, c, y.pitch(), rows, left, load, work);
    }
  }

  /**
   * The first rows of a few: while they are multiplied, four panels at a time, the weights come
   * from memory as fast as it gives them; the other rows find them in the second cache.
   */
  private static int lead(int rows) {
    if (rows <= 3) {
      return rows;
    }
    if (WIDE || rows > CACHED_ROWS) {
      return 0;
    }
    return rows % 5 == 2 ? 2 : 1;
  }

  /** Floats for a step of the packed rows of a block. */
  static int room(int rows) {
    int lead = lead(rows);
    return Packing.room(lead) + Packing.room(rows - lead);
  }

  /** Rows of the micro-kernel that follows those done. */
  private static int step(int rows, int done) {
    int lead = lead(rows);
    return Packing.step(done < lead ? lead - done : rows - done);
  }

  private static int depthStep(int rows, int depth) {
    int most = rows <= FEW_ROWS ? LONG_DEPTH_BLOCK : DEPTH_BLOCK;
    int blocks = (depth + most - 1) / most;
    return (depth + blocks - 1) / blocks;
  }

  /**
   * Room for a tile of the result, behind it {@code gap} floats and the packed rows, one depth
   * block of {@code step} after the other; a single row is read where it is. A thread packs the
   * rows of a block once and keeps them for its next tiles in the same round.
   */
  static long packed(
      long a, long rowPitch, long kPitch, int rows, int depth, int step, int gap, Scratch scratch) {
    long shape = ((long) rows << 32 | depth) ^ rowPitch << 16 ^ (long) (step + gap) << 40;
    if (scratch.holds(a, shape)) {
      return scratch.held();
    }
    boolean single = rows == 1 && kPitch == Float.BYTES;
    int lead = lead(rows);
    int room = room(rows);
    long head = (long) TILE + gap;
    long work = scratch.address(head + (single ? 0 : (long) room * depth));
    if (!single) {
      for (int k = 0; k < depth; k += step) {
        int length = Math.min(step, depth - k);
        long source = a + k * kPitch;
        long target = work + Float.BYTES * (head + (long) room * k);
        Packing.rows(source, rowPitch, kPitch, lead, length, target);
        source += lead * rowPitch;
        target += (long) Float.BYTES * lead * length;
        Packing.rows(source, rowPitch, kPitch, rows - lead, length, target);
      }
      scratch.hold(a, shape);
    }
    return work;
  }

  /**
   * {@code c[rows][panels · WIDTH] (+)= a · b} over whole panels, {@code panelPitch} bytes apart,
   * of rows as {@link Packing#rows} leaves them.
   */
  public static void panels(
      long packed,
      long b,
      long panelPitch,
      int panels,
      int depth,
      long c,
      long cPitch,
      int rows,
      boolean load) {
    int lead = rows <= 3 ? rows : 0;
    panels(packed, b, panelPitch, panels, depth, c, cPitch, lead, rows, load);
  }

  private static void panels(
      long packed,
      long b,
      long panelPitch,
      int panels,
      int depth,
      long c,
      long cPitch,
      int lead,
      int rows,
      boolean load) {
    int group = lead > 0 ? 4 : rows <= CACHED_ROWS ? 1 : PANEL_GROUP;
    long rest = packed + (long) Float.BYTES * lead * depth;
    for (int p = 0; p < panels; p += group) {
      int count = Math.min(group, panels - p);
      long from = b + p * panelPitch;
      long to = c + p * PANEL_ROW;
      if (lead > 0 && count == 4) {
        fourPanels(packed, from, panelPitch, depth, to, cPitch, lead, load);
      } else {
        block(packed, from, panelPitch, count, depth, to, cPitch, lead, load);
      }
      to += lead * cPitch;
      block(rest, from, panelPitch, count, depth, to, cPitch, rows - lead, load);
    }
  }

  private static void fourPanels(
      long packed,
      long b,
      long panelPitch,
      int depth,
      long c,
      long cPitch,
      int rows,
      boolean load) {
    if (!load) {
      clear(c, cPitch, rows, 4);
    }
    if (rows >= 2) {
      FewRows.twoByTwo(packed, b, panelPitch, depth, c, cPitch);
      FewRows.twoByTwo(packed, b + 2 * panelPitch, panelPitch, depth, c + 2 * PANEL_ROW, cPitch);
      packed += 2L * Float.BYTES * depth;
      c += 2 * cPitch;
    }
    if (rows != 2) {
      FewRows.oneByFour(packed, b, panelPitch, depth, c, cPitch);
    }
  }

  private static void block(
      long packed,
      long b,
      long panelPitch,
      int panels,
      int depth,
      long c,
      long cPitch,
      int rows,
      boolean load) {
    for (int done = 0; done < rows; ) {
      int step = Packing.step(rows - done);
      if (!load) {
        clear(c, cPitch, step, panels);
      }
      for (int p = 0; p < panels; p++) {
        if (WIDE) {
          wide(step, packed, b + p * panelPitch, depth, c + p * PANEL_ROW, cPitch);
        } else {
          narrow(step, packed, b + p * panelPitch, depth, c + p * PANEL_ROW, cPitch);
        }
      }
      packed += (long) Float.BYTES * Packing.pitch(step) * depth;
      c += step * cPitch;
      done += step;
    }
  }

  public static void panel(
      long packed, long b, int depth, long c, long cPitch, int rows, boolean load) {
    block(packed, b, 0, 1, depth, c, cPitch, rows, load);
  }

  static void clear(long c, long cPitch, int rows, int panels) {
    FloatVector zero = Lanes.zero();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < 2 * panels; j++) {
        Lanes.store(zero, c + i * cPitch + j * BYTES);
      }
    }
  }

  private static void wide(int step, long a, long b, int depth, long c, long cPitch) {
    switch (step) {
      case 14 -> FourteenRows.fourteen(a, b, depth, c, cPitch);
      case 12 -> FourteenRows.twelve(a, b, depth, c, cPitch);
      case 8 -> FourteenRows.eight(a, b, depth, c, cPitch);
      default -> narrow(step, a, b, depth, c, cPitch);
    }
  }

  private static void narrow(int step, long a, long b, int depth, long c, long cPitch) {
    switch (step) {
      case 5 -> FiveRows.five(a, b, depth, c, cPitch);
      case 4 -> FiveRows.four(a, b, depth, c, cPitch);
      case 2 -> FiveRows.two(a, b, depth, c, cPitch);
      default -> FiveRows.one(a, b, depth, c, cPitch);
    }
  }

  /** The last panel where the columns do not fill it: the sums pass through a full-width copy. */
  private static void last(
      long packed,
      long b,
      int depth,
      long c,
      long cPitch,
      int rows,
      int columns,
      boolean load,
      long work) {
    for (int done = 0; done < rows; ) {
      int step = step(rows, done);
      if (load) {
        copy(c, cPitch, work, PANEL_ROW, step, columns);
      }
      panel(packed, b, depth, work, PANEL_ROW, step, load);
      copy(work, PANEL_ROW, c, cPitch, step, columns);
      packed += (long) Float.BYTES * Packing.pitch(step) * depth;
      c += step * cPitch;
      done += step;
    }
  }

  private static void copy(
      long from, long fromPitch, long to, long toPitch, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        Memory.set(to + i * toPitch + 4L * j, Memory.get(from + i * fromPitch + 4L * j));
      }
    }
  }

  private static void addBias(NativeFloats bias, Matrix y, int row, int rowEnd, int from, int to) {
    for (int n = row; n < rowEnd; n++) {
      long target = y.address(n);
      for (int c = from; c < to; c++) {
        long at = target + 4L * c;
        Memory.set(at, Memory.get(at) + Memory.get(bias.address() + 4L * c));
      }
    }
  }
}
