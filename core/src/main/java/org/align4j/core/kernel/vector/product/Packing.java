package org.align4j.core.kernel.vector.product;

import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.memory.Memory.FLOAT;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;

import jdk.incubator.vector.VectorMask;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.align4j.core.ops.WeightLayout;

/** The operands of {@link VectorProducts} in the order in which its micro-kernels read them. */
public final class Packing {

  private static final boolean WIDE = VectorProducts.WIDE;
  private static final int WIDTH = VectorProducts.WIDTH;
  private static final long PANEL_ROW = 2 * BYTES;

  /** Lanes of fourteen rows. */
  private static final VectorMask<Float> FOURTEEN = Lanes.first(Math.min(14, Lanes.COUNT));

  private Packing() {}

  /** Rows of the next micro-kernel where so many are left. */
  static int step(int left) {
    if (WIDE && left >= 7) {
      return left >= 14 ? 14 : left >= 12 ? 12 : left >= 8 ? 8 : 4;
    }
    return switch (left) {
      case 1 -> 1;
      case 2, 3 -> 2;
      case 4, 6, 8, 12, 16 -> 4;
      default -> 5;
    };
  }

  /** Floats between the steps of packed rows: a power of two up to five rows. */
  static int pitch(int step) {
    return step == 5 ? 8 : step;
  }

  /** Rows that packing so many takes at most. */
  public static int room(int rows) {
    return rows <= 4 ? rows : (rows + 4) / 5 * 8;
  }

  /**
   * Copies rows to {@code [k][14]} or {@code [k][8]} and, at the end, to fewer. Up to two floats
   * behind those of fourteen rows are overwritten; {@link #room} counts them.
   */
  public static void rows(long a, long rowPitch, long kPitch, int rows, int depth, long packed) {
    for (int done = 0; done < rows; ) {
      int step = step(rows - done);
      switch (step) {
        case 14 -> fourteen(a, rowPitch, kPitch, depth, packed);
        case 5 -> five(a, rowPitch, kPitch, depth, packed);
        case 4 -> four(a, rowPitch, kPitch, depth, packed);
        case 2 -> two(a, rowPitch, kPitch, depth, packed);
        default -> any(a, rowPitch, kPitch, step, depth, packed);
      }
      packed += (long) Float.BYTES * pitch(step) * depth;
      a += step * rowPitch;
      done += step;
    }
  }

  /** The last rows first: what is written behind a column is the begin of the next one. */
  private static void fourteen(long a, long rowPitch, long kPitch, int depth, long packed) {
    if (kPitch == Float.BYTES) {
      long pitch = 14 * Float.BYTES;
      Transposition.rows(a + 8 * rowPitch, rowPitch, 6, depth, packed + 8 * Float.BYTES, pitch);
      Transposition.rows(a, rowPitch, 8, depth, packed, pitch);
      return;
    }
    for (int k = 0; k < depth; k++) {
      store(load(a + k * kPitch, FOURTEEN), packed + 56L * k);
    }
  }

  private static void five(long a, long rowPitch, long kPitch, int depth, long packed) {
    if (kPitch == Float.BYTES) {
      Transposition.rows(a, rowPitch, 5, depth, packed, (long) Float.BYTES * pitch(5));
      return;
    }
    for (int k = 0; k < depth; k++) {
      long source = a + k * kPitch;
      long target = packed + 32L * k;
      ALL.set(FLOAT, target, ALL.get(FLOAT, source));
      ALL.set(FLOAT, target + 4, ALL.get(FLOAT, source + rowPitch));
      ALL.set(FLOAT, target + 8, ALL.get(FLOAT, source + 2 * rowPitch));
      ALL.set(FLOAT, target + 12, ALL.get(FLOAT, source + 3 * rowPitch));
      ALL.set(FLOAT, target + 16, ALL.get(FLOAT, source + 4 * rowPitch));
    }
  }

  private static void four(long a, long rowPitch, long kPitch, int depth, long packed) {
    for (int k = 0; k < depth; k++) {
      long source = a + k * kPitch;
      long target = packed + 16L * k;
      ALL.set(FLOAT, target, ALL.get(FLOAT, source));
      ALL.set(FLOAT, target + 4, ALL.get(FLOAT, source + rowPitch));
      ALL.set(FLOAT, target + 8, ALL.get(FLOAT, source + 2 * rowPitch));
      ALL.set(FLOAT, target + 12, ALL.get(FLOAT, source + 3 * rowPitch));
    }
  }

  private static void two(long a, long rowPitch, long kPitch, int depth, long packed) {
    for (int k = 0; k < depth; k++) {
      long source = a + k * kPitch;
      long target = packed + 8L * k;
      ALL.set(FLOAT, target, ALL.get(FLOAT, source));
      ALL.set(FLOAT, target + 4, ALL.get(FLOAT, source + rowPitch));
    }
  }

  private static void any(long a, long rowPitch, long kPitch, int step, int depth, long packed) {
    for (int i = 0; i < step; i++) {
      long source = a + i * rowPitch;
      long target = packed + 4L * i;
      for (int k = 0; k < depth; k++) {
        ALL.set(FLOAT, target + 4L * step * k, ALL.get(FLOAT, source + k * kPitch));
      }
    }
  }

  /** Panels {@code from ... to} of a weight. */
  public static void weight(
      Matrix source, WeightLayout layout, PackedMatrix target, int from, int to) {
    for (int p = from; p < to; p++) {
      int columns = Math.min(WIDTH, target.columns() - p * WIDTH);
      if (layout == WeightLayout.IN_OUT) {
        panel(source, target, p, columns);
      } else {
        transposedPanel(source, target, p, columns);
      }
    }
  }

  private static void panel(Matrix source, PackedMatrix target, int p, int columns) {
    long out = target.address(p, 0);
    long in = source.address(0) + (long) Float.BYTES * p * WIDTH;
    for (int k = 0; k < target.depth(); k++) {
      if (columns == WIDTH) {
        store(load(in), out);
        store(load(in + BYTES), out + BYTES);
      } else {
        for (int j = 0; j < WIDTH; j++) {
          Memory.set(out + 4L * j, j < columns ? Memory.get(in + 4L * j) : 0);
        }
      }
      in += source.pitch();
      out += PANEL_ROW;
    }
  }

  private static void transposedPanel(Matrix source, PackedMatrix target, int p, int columns) {
    int depth = target.depth();
    for (int j = 0; j < WIDTH; j++) {
      long out = target.address(p, 0) + 4L * j;
      if (j < columns) {
        long in = source.address(p * WIDTH + j);
        for (int k = 0; k < depth; k++) {
          Memory.set(out + k * PANEL_ROW, Memory.get(in + 4L * k));
        }
      } else {
        for (int k = 0; k < depth; k++) {
          Memory.set(out + k * PANEL_ROW, 0);
        }
      }
    }
  }
}
