package org.align4j.core.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static org.align4j.core.kernel.Lanes.BYTES;
import static org.align4j.core.kernel.Lanes.COUNT;
import static org.align4j.core.kernel.Lanes.all;
import static org.align4j.core.kernel.Lanes.load;
import static org.align4j.core.kernel.Lanes.store;
import static org.align4j.core.kernel.VectorMath.exponent;
import static org.align4j.core.kernel.VectorMath.exponential;
import static org.align4j.core.kernel.VectorMath.polynomial;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.ops.Heads;

/**
 * Attention of one position, as in decoding: the rows are the heads that share a key head, too few
 * to fill lanes, so keys and columns of values lie there. Every sum goes in the same order as in
 * {@link VectorAttention}, so the bits are the same.
 */
final class VectorStepAttention {

  private static final int WIDTH = VectorProduct.WIDTH;
  private static final int BLOCK = Kernels.KEY_BLOCK;

  /** A block of scores, room for the maximum so far, and a vector. */
  private static final int SCORES = BLOCK + 2 * COUNT;

  private VectorStepAttention() {}

  static void attention(
      Matrix q, Matrix k, Matrix v, AttentionTiles tiles, Matrix out, int tile, Scratch scratch) {
    int block = tiles.block(tile);
    int g = tiles.keyHead(tile);
    Heads heads = tiles.heads();
    int d = heads.headDim();
    int rows = heads.query() / heads.key();
    int across = VectorAttention.depthPanels(d);
    int packedRows = Packing.room(rows);
    long sumsPitch = across * VectorAttention.PANEL_PITCH;
    long queries =
        scratch.address(
            2L * packedRows * Math.max(d, BLOCK)
                + (long) rows * (d + across * WIDTH + SCORES + 2)
                + BLOCK * (d + 2L * across * WIDTH)
                + COUNT);
    long weights = queries + 4L * packedRows * d;
    long keys = weights + 4L * packedRows * BLOCK;
    long values = keys + 4L * BLOCK * across * WIDTH;
    long sums = values + BLOCK * sumsPitch;
    long scores = sums + rows * sumsPitch;
    long gathered = scores + 4L * rows * SCORES;
    long scaled = gathered + 4L * BLOCK * d;
    long state = scaled + 4L * rows * d;

    VectorRows.copy(q.address(tiles.queryRow(block)) + 4L * g * rows * d, scaled, rows * d);
    VectorRows.scale((float) (1 / Math.sqrt(d)), scaled, rows * d);
    Packing.rows(scaled, 4L * d, 4, rows, d, queries);
    VectorRows.zero(sums, (long) rows * across * WIDTH);
    for (int r = 0; r < rows; r++) {
      Memory.set(state + 8L * r, Float.NEGATIVE_INFINITY);
      Memory.set(state + 8L * r + 4, 0);
    }
    int last = tiles.position(block) + 1;
    for (int start = 0; start < last; start += BLOCK) {
      int count = Math.min(BLOCK, last - start);
      long source = VectorAttention.blockRows(k, tiles, block, start, count, g * d, d, gathered);
      keyPanels(source, VectorAttention.pitch(source, gathered, k, d), count, d, keys);
      int panels = (count + WIDTH - 1) / WIDTH;
      long pitch = 4L * d * WIDTH;
      VectorProduct.panels(queries, keys, pitch, panels, d, scores, 4L * SCORES, rows, false);
      for (int r = 0; r < rows; r++) {
        softmax(scores + 4L * r * SCORES, count, state + 8L * r, sums + r * sumsPitch, sumsPitch);
      }
      source = VectorAttention.blockRows(v, tiles, block, start, count, g * d, d, gathered);
      valuePanels(source, VectorAttention.pitch(source, gathered, v, d), count, d, values);
      Packing.rows(scores, 4L * SCORES, 4, rows, count, weights);
      pitch = 4L * count * WIDTH;
      VectorProduct.panels(weights, values, pitch, across, count, sums, sumsPitch, rows, true);
    }
    for (int r = 0; r < rows; r++) {
      VectorRows.scale(1 / Memory.get(state + 8L * r + 4), sums + r * sumsPitch, d);
      long target = out.address(tiles.queryRow(block)) + 4L * (g * rows + r) * d;
      VectorRows.copy(sums + r * sumsPitch, target, d);
    }
  }

  /** Keys as panels {@code [d][WIDTH]}; lanes without a key repeat the last. */
  private static void keyPanels(long source, long pitch, int count, int d, long keys) {
    for (int j = 0; j < count; j += Transposition.SIDE) {
      long target = keys + 4L * (j / WIDTH * d * WIDTH + j % WIDTH);
      int rows = Math.min(Transposition.SIDE, count - j);
      Transposition.rows(source + j * pitch, pitch, rows, d, target, 2 * BYTES);
    }
  }

  /** Values as panels of columns, {@code [count][WIDTH]}, zeros where there is no column. */
  private static void valuePanels(long source, long pitch, int count, int d, long values) {
    for (int c = 0; c < d; c += WIDTH) {
      long target = values + 4L * c * count;
      if (c + WIDTH <= d) {
        wholePanel(source + 4L * c, pitch, count, target);
      } else {
        VectorRows.zero(target, (long) count * WIDTH);
        for (int j = 0; j < count; j++) {
          VectorRows.copy(source + j * pitch + 4L * c, target + 2 * BYTES * j, d - c);
        }
      }
    }
  }

  private static void wholePanel(long source, long pitch, int count, long target) {
    for (int j = 0; j < count; j++) {
      long from = source + j * pitch;
      store(load(from), target + 2 * BYTES * j);
      store(load(from + BYTES), target + 2 * BYTES * j + BYTES);
    }
  }

  /**
   * One block of keys, one row: scores become weights {@code exp(s − max)}; maximum, total ({@code
   * state}) and the sums so far are brought to the new maximum. The maximum so far stands behind
   * the scores as one more of them, and becomes the factor of that.
   */
  private static void softmax(long scores, int count, long state, long sums, long sumsBytes) {
    int padded = (count + COUNT) & -COUNT;
    for (int j = count; j < padded; j++) {
      Memory.set(scores + 4L * j, Memory.get(state));
    }
    FloatVector most = load(scores);
    for (int j = COUNT; j < padded; j += COUNT) {
      FloatVector s = load(scores + 4L * j);
      most = most.blend(s, s.compare(GT, most));
    }
    float max = Memory.get(state);
    store(most, scores + 4L * padded);
    for (int i = 0; i < COUNT; i++) {
      float x = Memory.get(scores + 4L * (padded + i));
      max = x > max ? x : max;
    }
    FloatVector shift = all(max);
    for (int j = 0; j < padded; j += COUNT) {
      FloatVector x = load(scores + 4L * j).sub(shift);
      FloatVector t = exponent(x);
      store(exponential(x, t, polynomial(x, t)), scores + 4L * j);
    }
    FloatVector factor = all(Memory.get(scores + 4L * count));
    for (long at = sums; at < sums + sumsBytes; at += BYTES) {
      store(load(at).mul(factor), at);
    }
    float sum = 0;
    for (int j = 0; j < count; j++) {
      sum += Memory.get(scores + 4L * j);
    }
    Memory.set(state, max);
    float total = Memory.get(state + 4);
    Memory.set(state + 4, total * Memory.get(scores + 4L * count) + sum);
  }
}
