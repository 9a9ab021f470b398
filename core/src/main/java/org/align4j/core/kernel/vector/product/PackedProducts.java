package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.product.VectorProducts.CACHED_ROWS;
import static org.align4j.core.kernel.vector.product.VectorProducts.PANEL_ROW;
import static org.align4j.core.kernel.vector.product.VectorProducts.ROWS;
import static org.align4j.core.kernel.vector.product.VectorProducts.WIDE;
import static org.align4j.core.kernel.vector.product.VectorProducts.WIDTH;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.lanes.Lanes;

/** Packed rows times panels: which micro-kernel takes which rows, and how many panels at a time. */
public final class PackedProducts {

  /** Floats of a tile of the result at the start of the scratch memory. */
  static final int TILE = ROWS * WIDTH;

  /** Panels that stay in the second cache while a block of rows passes by. */
  private static final int PANEL_GROUP = 4;

  private PackedProducts() {}

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
}
