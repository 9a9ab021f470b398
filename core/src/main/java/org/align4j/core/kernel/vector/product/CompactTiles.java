package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.product.VectorProducts.WIDTH;

import org.align4j.core.kernel.CompactForm;
import org.align4j.core.kernel.CompactMatrix;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.jspecify.annotations.Nullable;

/**
 * Products with a {@link CompactMatrix}. For few rows numbers are widened in registers, for each
 * row anew. For more, a piece of a few panels is widened to memory that stays in the second cache,
 * and multiplied by all rows of the block as any other.
 */
final class CompactTiles {

  private static final long PANEL_ROW = 2 * BYTES;

  /** Panels of a piece. */
  private static final int GROUP = 4;

  /** Depth of a piece at most, whole blocks. */
  private static final int DEPTH_BLOCK = 576;

  /** Every block of a format is a divisor of it. */
  private static final int BLOCK = 32;

  /** Words of a block of floats, which have no blocks of their own. */
  private static final int FLOAT_WORDS = 16;

  /** Rows that are multiplied one by one at most: widening for them would take longer. */
  private static final int FEW_ROWS = VectorProducts.WIDE ? ProductKernels.FEW_ROWS : 2;

  /** Of half precision, which takes most steps for a number. */
  private static final int FEW_ROWS_HALF = 2;

  /** Bytes of four panels that are still in the second cache for the next row. */
  private static final long CACHED = 512 << 10;

  private CompactTiles() {}

  /** Whether so many rows are multiplied one by one. */
  static boolean oneByOne(int rows, CompactMatrix weight) {
    int most = weight.form() == CompactForm.FLOAT16 ? FEW_ROWS_HALF : FEW_ROWS;
    return rows == 1 || (rows <= most && 4 * weight.panelBytes() <= CACHED);
  }

  private static int depthStep(int depth) {
    int blocks = (depth + DEPTH_BLOCK - 1) / DEPTH_BLOCK;
    int each = (depth + blocks - 1) / blocks;
    return (each + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** Rows {@code [row, rowEnd)} times panels {@code [panel, panelEnd)}. */
  static void tile(
      long x,
      long rowPitch,
      int row,
      int rowEnd,
      CompactMatrix weight,
      int panel,
      int panelEnd,
      Matrix y,
      boolean add,
      Scratch scratch) {
    long a = x + row * rowPitch;
    int whole = Math.min(panelEnd, weight.columns() / WIDTH);
    int depth = weight.depth();
    int rows = rowEnd - row;
    int step = depthStep(depth);
    int room = GROUP * (step + 1) * WIDTH;
    long work = PackedProducts.packed(a, rowPitch, Float.BYTES, rows, depth, step, room, scratch);
    long wide = work + Float.BYTES * (long) PackedProducts.TILE;
    long packed = rows == 1 ? a : wide + (long) Float.BYTES * room;
    long pitch = Float.BYTES * (rows == 1 ? 1L : PackedProducts.room(rows));
    for (int k = 0; k < depth; k += step) {
      int length = Math.min(step, depth - k);
      long widePitch = PANEL_ROW * (length + 1);
      for (int p = panel; p < panelEnd; p += GROUP) {
        int end = Math.min(panelEnd, p + GROUP);
        for (int i = p; i < end; i++) {
          Widening.panel(weight, i, k, length, wide + (i - p) * widePitch);
        }
        PackedProducts.panels(
            packed + k * pitch,
            wide,
            widePitch,
            p,
            end,
            whole,
            weight.columns(),
            length,
            y,
            row,
            rowEnd,
            add || k > 0,
            work);
      }
    }
  }

  /**
   * Tiles of a product of few rows: the next panel of each of four runs, and then what is left of
   * the panels, two at a time.
   */
  static int rowTiles(CompactMatrix weight) {
    return weight.run() + (weight.panels() - 4 * weight.run() + 1) / 2;
  }

  /**
   * Few rows times the panels of tiles {@code [from, to)}, one row after the other: the first
   * brings the panels into the second cache. Four runs of panels are read at once: where a panel
   * follows another in memory, the processor has fetched its first lines already, and at each other
   * begin the memory is waited for.
   */
  static void rows(
      Matrix x,
      int rows,
      CompactMatrix weight,
      @Nullable NativeFloats bias,
      int from,
      int to,
      Matrix y,
      boolean add,
      Scratch scratch) {
    int run = weight.run();
    for (int i = from; i < Math.min(to, run); i++) {
      for (int row = 0; row < rows; row++) {
        panels(x, row, weight, bias, i, run, 2, y, add, scratch);
      }
    }
    for (int i = Math.max(from, run); i < to; i++) {
      int panel = 2 * (run + i);
      if ((panel + 2) * WIDTH <= weight.columns()) {
        for (int row = 0; row < rows; row++) {
          panels(x, row, weight, bias, panel, 1, 1, y, add, scratch);
        }
      } else {
        int end = Math.min(panel + 2, weight.panels());
        tile(x.address(0), x.pitch(), 0, rows, weight, panel, end, y, add, scratch);
        if (bias != null) {
          VectorProducts.addBias(bias, y, 0, rows, panel * WIDTH, weight.columns());
        }
      }
    }
  }

  /** One row times so many pairs of panels that are {@code apart} from each other. */
  private static void panels(
      Matrix x,
      int row,
      CompactMatrix weight,
      @Nullable NativeFloats bias,
      int panel,
      int apart,
      int pairs,
      Matrix y,
      boolean add,
      Scratch scratch) {
    long a = x.address(row);
    long sums = y.address(row);
    for (int i = 0; i < 2 * pairs && !add; i++) {
      PackedProducts.clear(sums + (panel + i * apart) * PANEL_ROW, 0, 1, 1);
    }
    sums(a, weight, panel, apart, pairs, sums + panel * PANEL_ROW);
    int depth = weight.depth();
    int even = depth / 2 * 2;
    for (int i = 0; i < 2 * pairs; i++) {
      int p = panel + i * apart;
      if (even < depth) {
        long wide = scratch.address(2L * WIDTH);
        Widening.panel(weight, p, even, 1, wide);
        PackedProducts.panel(
            a + (long) Float.BYTES * even, wide, 1, sums + p * PANEL_ROW, 0, 1, true);
      }
      if (bias != null) {
        VectorProducts.addBias(bias, y, row, row + 1, p * WIDTH, (p + 1) * WIDTH);
      }
    }
  }

  /**
   * {@code c += a · b} over one or two pairs of panels and an even depth: an odd one's last step is
   * left out.
   *
   * @param c sums of the first panel
   */
  private static void sums(long a, CompactMatrix weight, int panel, int apart, int pairs, long c) {
    CompactForm form = weight.form();
    long b = weight.address(panel, 0);
    long pitch = weight.address(panel + apart, 0) - b;
    long pairPitch = pairs == 1 ? 0 : weight.address(panel + 2 * apart, 0) - b;
    long sumsPitch = PANEL_ROW * apart;
    long blockPitch = weight.blockPitch();
    if (form.header() > 0) {
      int blocks = weight.depth() / weight.blockDepth();
      int words = weight.blockDepth() / form.perWord();
      blocks(form, pairs, a, b, pitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
      return;
    }
    int words = weight.depth() / 2;
    int blocks = words / FLOAT_WORDS;
    blockPitch *= FLOAT_WORDS;
    blocks(form, pairs, a, b, pitch, pairPitch, blockPitch, blocks, FLOAT_WORDS, c, sumsPitch);
    int done = blocks * FLOAT_WORDS;
    a += (long) Float.BYTES * 2 * done;
    b += blocks * blockPitch;
    blocks(form, pairs, a, b, pitch, pairPitch, 0, 1, words - done, c, sumsPitch);
  }

  private static void blocks(
      CompactForm form,
      int pairs,
      long a,
      long b,
      long pitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    if (pairs == 1) {
      CompactPair.pair(form, a, b, pitch, blockPitch, blocks, words, c, sumsPitch);
    } else {
      CompactRow.fours(form, a, b, pitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
    }
  }

  /** Panels {@code [from, to)} of the transposed matrix. */
  static void transpose(Panels source, PackedMatrix target, int from, int to, Scratch scratch) {
    long wide = scratch.address((long) (WIDTH + 1) * WIDTH);
    for (int p = from; p < to; p++) {
      int k = p * WIDTH;
      int length = Math.min(WIDTH, source.depth() - k);
      for (int s = 0; s < source.panels(); s++) {
        switch (source) {
          case CompactMatrix compact -> Widening.panel(compact, s, k, length, wide);
          case PackedMatrix packed -> copy(packed.address(s, k), length, wide);
        }
        clear(wide + length * PANEL_ROW, WIDTH - length);
        int columns = Math.min(WIDTH, source.columns() - s * WIDTH);
        long out = target.address(p, s * WIDTH);
        for (int i = 0; i < WIDTH; i += Transposition.SIDE) {
          Transposition.rows(
              wide + i * PANEL_ROW,
              PANEL_ROW,
              Transposition.SIDE,
              columns,
              out + (long) Float.BYTES * i,
              PANEL_ROW);
        }
      }
    }
  }

  private static void copy(long from, int rows, long to) {
    for (long i = 0; i < (long) rows * WIDTH; i++) {
      Memory.set(to + Float.BYTES * i, Memory.get(from + Float.BYTES * i));
    }
  }

  private static void clear(long to, int rows) {
    for (long i = 0; i < (long) rows * WIDTH; i++) {
      Memory.set(to + Float.BYTES * i, 0);
    }
  }
}
