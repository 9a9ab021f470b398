package org.align4j.core.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;
import static org.align4j.core.kernel.vector.lanes.Lanes.zero;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponent;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponential;
import static org.align4j.core.kernel.vector.lanes.VectorMath.polynomial;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.align4j.core.kernel.vector.lanes.VectorMath;
import org.align4j.core.kernel.vector.product.PackedProducts;
import org.align4j.core.kernel.vector.product.Packing;
import org.align4j.core.kernel.vector.product.VectorProducts;
import org.align4j.core.ops.Heads;

/**
 * Attention with query rows in lanes: the rows of all heads that share a key head are stacked into
 * panels of two vectors, scores and weights are kept transposed, {@code [key][row]}. Maximum, sum
 * and products then need no operation across lanes, every row goes through the same operations
 * whatever its company, and the products stand on the micro-kernels of {@link VectorProducts}.
 */
final class VectorAttention {

  static final int WIDTH = VectorProducts.WIDTH;
  static final int BLOCK = AttentionKernels.KEY_BLOCK;
  static final long PANEL_PITCH = 2 * BYTES;

  /** Of no key yet: below every score but −∞, so that a row that sees nothing has sums of 0. */
  static final float LOWEST = -Float.MAX_VALUE;

  private static final FloatVector NONE = all(Float.NEGATIVE_INFINITY);

  private VectorAttention() {}

  static void attention(AttentionKernels.Operands operands, int tile, Scratch scratch) {
    Matrix q = operands.q();
    Matrix k = operands.k();
    Matrix v = operands.v();
    AttentionTiles tiles = operands.tiles();
    Matrix out = operands.out();
    Matrix lse = operands.logSumExp();
    int block = tiles.block(tile);
    int g = tiles.keyHead(tile);
    Heads heads = tiles.heads();
    int d = heads.headDim();
    int share = heads.query() / heads.key();
    int rows = tiles.count(block) * share;
    int panels = (rows + WIDTH - 1) / WIDTH;
    long perPanel = 2L * d * WIDTH + 3L * WIDTH;
    long packedKeys = (long) Packing.room(BLOCK) * d;
    long packedValues = (long) Packing.room(d) * BLOCK;
    long shared = packedKeys + packedValues + (long) BLOCK * d + (BLOCK + 1L) * WIDTH;
    long work = scratch.address(panels * perPanel + shared);
    long queries = work;
    long sums = queries + 4L * panels * d * WIDTH;
    long positions = sums + 4L * panels * d * WIDTH;
    long maxima = positions + 4L * panels * WIDTH;
    long totals = maxima + 4L * panels * WIDTH;
    long keys = totals + 4L * panels * WIDTH;
    long values = keys + 4L * packedKeys;
    long gathered = values + 4L * packedValues;
    long scores = gathered + 4L * BLOCK * d;
    long next = scores + 4L * BLOCK * WIDTH;
    float scale = (float) (1 / Math.sqrt(d));
    packRows(q, tiles, block, g * share, share, d, panels, scale, queries);
    fillPositions(tiles, block, share, panels, positions);
    VectorRows.zero(sums, (long) panels * d * WIDTH);
    VectorRows.zero(totals, (long) panels * WIDTH);
    fill(maxima, panels * WIDTH, LOWEST);

    int last = tiles.position(block) + tiles.count(block);
    for (int start = firstBlock(tiles, block); start < last; start += BLOCK) {
      int count = Math.min(BLOCK, last - start);
      long source = blockRows(k, tiles, block, start, count, g * d, d, gathered);
      Packing.rows(source, pitch(source, gathered, k, d), 4, count, d, keys);
      source = blockRows(v, tiles, block, start, count, g * d, d, gathered);
      Packing.rows(source, 4, pitch(source, gathered, v, d), d, count, values);
      for (int p = 0; p < panels; p++) {
        int lastRow = Math.min(rows, (p + 1) * WIDTH) - 1;
        int firstPosition = tiles.position(block) + p * WIDTH / share;
        int lastPosition = tiles.position(block) + lastRow / share;
        if (start > lastPosition || start + BLOCK <= heads.firstKey(firstPosition)) {
          continue;
        }
        int before = Math.min(count, heads.firstKey(lastPosition) - start);
        long state = 4L * p * WIDTH;
        long sum = sums + state * d;
        PackedProducts.panel(keys, queries + state * d, d, scores, PANEL_PITCH, count, false);
        for (long half = 0; half < PANEL_PITCH; half += BYTES) {
          hide(scores + half, start, before, heads.window(), positions + state + half, NONE);
          softmax(
              scores + half,
              start,
              count,
              positions + state + half,
              maxima + state + half,
              next,
              totals + state + half,
              sum + half,
              d);
        }
        PackedProducts.panel(values, scores, count, sum, PANEL_PITCH, d, true);
      }
    }
    for (int p = 0; p < panels; p++) {
      long state = 4L * p * WIDTH;
      for (long half = 0; half < PANEL_PITCH; half += BYTES) {
        store(all(1f).div(load(totals + state + half)), next);
        multiply(sums + state * d + half, next, d);
      }
    }
    unpackRows(sums, tiles, block, g * share, share, d, out);
    if (lse != null) {
      writeLogSumExp(tiles, block, g * share, share, maxima, totals, lse);
    }
  }

  /** The block with the first key of a block of queries. */
  static int firstBlock(AttentionTiles tiles, int block) {
    return tiles.heads().firstKey(tiles.position(block)) / BLOCK * BLOCK;
  }

  /** Puts a value where a key lies before the row's window, {@code count} keys or none. */
  static void hide(long x, int start, int count, int window, long positions, FloatVector value) {
    for (int j = 0; j < count; j++) {
      long at = x + j * PANEL_PITCH;
      FloatVector position = load(positions);
      store(load(at).blend(value, position.compare(GE, (float) (start + j + window))), at);
    }
  }

  /**
   * One block of keys, one vector of rows: scores become weights {@code exp(s − max)}, 0 where the
   * key lies after the row; maximum, total and the sums so far are brought to the new maximum.
   */
  private static void softmax(
      long scores,
      int start,
      int count,
      long positions,
      long max,
      long next,
      long total,
      long sums,
      int d) {
    maximum(scores, start, count, positions, max, next);
    rescale(max, next, total, sums, d);
    exponentials(scores, count, max, total);
  }

  private static void maximum(
      long scores, int start, int count, long positions, long old, long next) {
    FloatVector position = load(positions);
    FloatVector max = all(Float.NEGATIVE_INFINITY);
    for (int j = 0; j < count; j++) {
      long at = scores + j * PANEL_PITCH;
      FloatVector s = load(at).blend(NONE, position.compare(LT, (float) (start + j)));
      store(s, at);
      max = s.blend(max, s.compare(GT, max).not());
    }
    store(Lanes.max(load(old), max), next);
  }

  /** Multiplies by {@code exp(old − now)}, which is exactly one where the maximum stays. */
  private static void rescale(long max, long next, long total, long sums, int d) {
    FloatVector now = load(next);
    FloatVector x = load(max).sub(now);
    store(now, max);
    FloatVector t = exponent(x);
    FloatVector factor = exponential(x, t, polynomial(x, t));
    store(factor, next);
    store(load(total).mul(factor), total);
    multiply(sums, next, d);
  }

  /** {@code sums[c] *= factor}, one vector of rows. */
  private static void multiply(long sums, long factor, int d) {
    FloatVector by = load(factor);
    for (int c = 0; c < d; c++) {
      store(load(sums + c * PANEL_PITCH).mul(by), sums + c * PANEL_PITCH);
    }
  }

  private static void exponentials(long scores, int count, long max, long total) {
    FloatVector shift = load(max);
    for (int j = 0; j < count; j++) {
      long at = scores + j * PANEL_PITCH;
      FloatVector x = load(at).sub(shift);
      FloatVector t = exponent(x);
      store(exponential(x, t, polynomial(x, t)), at);
    }
    addAll(scores, count, total);
  }

  private static void addAll(long scores, int count, long total) {
    FloatVector sum = zero();
    for (int j = 0; j < count; j++) {
      sum = load(scores + j * PANEL_PITCH).add(sum);
    }
    store(load(total).add(sum), total);
  }

  /** Query rows, position by position and head by head, as panels {@code [d][row]}, scaled. */
  static void packRows(
      Matrix x,
      AttentionTiles tiles,
      int block,
      int head,
      int share,
      int d,
      int panels,
      float scale,
      long target) {
    int rows = tiles.count(block) * share;
    for (int r = 0; r < panels * WIDTH; r++) {
      long out = target + 4L * (r / WIDTH * d * WIDTH + r % WIDTH);
      if (r < rows) {
        long in = x.address(tiles.queryRow(block) + r / share) + 4L * (head + r % share) * d;
        for (int c = 0; c < d; c++) {
          Memory.set(out + c * PANEL_PITCH, Memory.get(in + 4L * c) * scale);
        }
      } else {
        for (int c = 0; c < d; c++) {
          Memory.set(out + c * PANEL_PITCH, 0);
        }
      }
    }
  }

  /** The inverse of {@link #packRows} at scale 1. */
  static void unpackRows(
      long source, AttentionTiles tiles, int block, int head, int share, int d, Matrix y) {
    int rows = tiles.count(block) * share;
    for (int r = 0; r < rows; r++) {
      long in = source + 4L * (r / WIDTH * d * WIDTH + r % WIDTH);
      long out = y.address(tiles.queryRow(block) + r / share) + 4L * (head + r % share) * d;
      for (int c = 0; c < d; c++) {
        Memory.set(out + 4L * c, Memory.get(in + c * PANEL_PITCH));
      }
    }
  }

  /** Position of each row as a float; a lane without a row lies after all. */
  static void fillPositions(AttentionTiles tiles, int block, int share, int panels, long target) {
    int rows = tiles.count(block) * share;
    for (int r = 0; r < panels * WIDTH; r++) {
      Memory.set(target + 4L * r, r < rows ? tiles.position(block) + r / share : 1e9f);
    }
  }

  static void fill(long target, int count, float value) {
    for (int i = 0; i < count; i++) {
      Memory.set(target + 4L * i, value);
    }
  }

  /**
   * Address of the keys (or values) at positions {@code [start, start + count)}; where a segment
   * ends among them they are gathered first.
   */
  static long blockRows(
      Matrix x,
      AttentionTiles tiles,
      int block,
      int start,
      int count,
      int column,
      int d,
      long gathered) {
    if (tiles.consecutive(block, start, count)) {
      x.checkRows(tiles.keyRow(block, start), tiles.keyRow(block, start) + count);
      return x.address(tiles.keyRow(block, start)) + 4L * column;
    }
    for (int j = 0; j < count; j++) {
      int row = tiles.keyRow(block, start + j);
      x.checkRows(row, row + 1);
      VectorRows.copy(x.address(row) + 4L * column, gathered + 4L * j * d, d);
    }
    return gathered;
  }

  /** Bytes between the rows that {@link #blockRows} answered. */
  static long pitch(long source, long gathered, Matrix x, int d) {
    return source == gathered ? 4L * d : x.pitch();
  }

  private static void writeLogSumExp(
      AttentionTiles tiles, int block, int head, int share, long maxima, long totals, Matrix lse) {
    for (int r = 0; r < tiles.count(block) * share; r++) {
      double total = Memory.get(totals + 4L * r);
      float value = (float) (Memory.get(maxima + 4L * r) + StrictMath.log(total));
      lse.set(tiles.queryRow(block) + r / share, head + r % share, value);
    }
  }

  /** {@code exp(s − lse)} in place, 0 where the key lies after the row. */
  static void weights(long scores, int start, int count, long positions, long lse) {
    FloatVector position = load(positions);
    FloatVector norm = load(lse);
    for (int j = 0; j < count; j++) {
      long at = scores + j * PANEL_PITCH;
      FloatVector x = load(at).sub(norm);
      FloatVector t = exponent(x);
      FloatVector p = exponential(x, t, polynomial(x, t));
      store(p.blend(VectorMath.ZERO, position.compare(LT, (float) (start + j))), at);
    }
  }

  /** Number of vectors in a row of d floats, filled up to whole panels. */
  static int depthPanels(int d) {
    return (d + WIDTH - 1) / WIDTH;
  }
}
