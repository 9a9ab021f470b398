package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.product.VectorProducts.WIDTH;

import org.align4j.core.kernel.CompactMatrix;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;

/**
 * Products with a {@link CompactMatrix}. For one row numbers are widened in registers. For more, a
 * piece of a few panels is widened to memory that stays in the second cache, and multiplied by all
 * rows of the block as any other.
 */
final class CompactTiles {

  private static final long PANEL_ROW = 2 * BYTES;

  /** Panels of a piece. */
  private static final int GROUP = 4;

  /** Depth of a piece at most, whole blocks. */
  private static final int DEPTH_BLOCK = 576;

  /** Every block of a format is a divisor of it. */
  private static final int BLOCK = 32;

  /** Pairs of panels that one row takes at once. */
  private static final int PAIRS = 2;

  private CompactTiles() {}

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
    int first = panel;
    if (rowEnd - row == 1) {
      first += Math.max(0, whole - panel) / 2 * 2;
      single(a, weight, panel, first, y.address(row), add, scratch);
    }
    if (first == panelEnd) {
      return;
    }
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
      for (int p = first; p < panelEnd; p += GROUP) {
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
   * One row times an even number of panels. Four runs of neighbouring panels are read at once, each
   * from its begin to its end: where a panel follows another in memory, the processor has fetched
   * its first lines already, and at each other begin the memory is waited for.
   */
  private static void single(
      long a, CompactMatrix weight, int panel, int end, long y, boolean add, Scratch scratch) {
    if (!add) {
      PackedProducts.clear(y + panel * PANEL_ROW, 0, 1, end - panel);
    }
    int run = (end - panel) / (2 * PAIRS);
    for (int i = 0; i < run; i++) {
      CompactRow.pairs(a, weight, panel + i, run, PAIRS, y + (panel + i) * PANEL_ROW);
    }
    int left = panel + 2 * PAIRS * run;
    if (left < end) {
      CompactRow.pairs(a, weight, left, 1, (end - left) / 2, y + left * PANEL_ROW);
    }
    int depth = weight.depth();
    int even = depth / 2 * 2;
    if (even < depth) {
      long wide = scratch.address(2L * WIDTH);
      for (int p = panel; p < end; p++) {
        Widening.panel(weight, p, even, 1, wide);
        PackedProducts.panel(a + (long) Float.BYTES * even, wide, 1, y + p * PANEL_ROW, 0, 1, true);
      }
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
