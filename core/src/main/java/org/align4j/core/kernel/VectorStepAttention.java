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
 * Attention of one position each of some sequences with a common prefix, as in decoding: the rows
 * are the heads that share a key head, too few to fill lanes, so keys and columns of values lie
 * there. Keys and values of the prefix are brought in order once for all the sequences. Every sum
 * goes in the same order as in {@link VectorAttention}, so the bits are the same.
 */
final class VectorStepAttention {

  private static final int WIDTH = VectorProduct.WIDTH;
  private static final int BLOCK = Kernels.KEY_BLOCK;

  /** A block of scores, room for the maximum so far, and a panel. */
  private static final int SCORES = BLOCK + 2 * COUNT;

  private static final long SCORES_PITCH = 4L * SCORES;

  private VectorStepAttention() {}

  static void attention(
      Matrix q, Matrix k, Matrix v, AttentionTiles tiles, Matrix out, int tile, Scratch scratch) {
    int first = tiles.block(tile);
    int members = tiles.members(tile);
    Heads heads = tiles.heads();
    int d = heads.headDim();
    int share = heads.query() / heads.key();
    int rows = members * share;
    int column = tiles.keyHead(tile) * d;
    int across = VectorAttention.depthPanels(d);
    long sumsPitch = across * VectorAttention.PANEL_PITCH;
    long stateBytes = (8L * rows + 63) & -64;
    long queries =
        scratch.address(
            (long) Packing.room(rows) * (d + BLOCK)
                + (long) members * Packing.room(share) * d
                + (long) rows * (across * WIDTH + SCORES + d)
                + stateBytes / Float.BYTES
                + (long) Math.max(BLOCK, WIDTH) * Math.max(d, across * WIDTH));
    long weights = queries + 4L * Packing.room(rows) * d;
    long ownQueries = weights + 4L * Packing.room(rows) * BLOCK;
    long ownPitch = 4L * Packing.room(share) * d;
    long sums = ownQueries + members * ownPitch;
    long scores = sums + rows * sumsPitch;
    long state = scores + rows * SCORES_PITCH;
    long scaled = state + stateBytes;
    long panels = scaled + 4L * rows * d;

    int last = 0;
    for (int m = 0; m < members; m++) {
      long from = scaled + 4L * m * share * d;
      VectorRows.copy(q.address(tiles.queryRow(first + m)) + 4L * share * column, from, share * d);
      VectorRows.scale((float) (1 / Math.sqrt(d)), from, share * d);
      Packing.rows(from, 4L * d, 4, share, d, ownQueries + m * ownPitch);
      last = Math.max(last, tiles.position(first + m) + 1);
    }
    Packing.rows(scaled, 4L * d, 4, rows, d, queries);
    VectorRows.zero(sums, (long) rows * across * WIDTH);
    for (int r = 0; r < rows; r++) {
      Memory.set(state + 8L * r, Float.NEGATIVE_INFINITY);
      Memory.set(state + 8L * r + 4, 0);
    }
    for (int start = 0; start < last; start += BLOCK) {
      int prefix = Math.clamp(tiles.prefixLength(first) - start, 0, BLOCK);
      int prefixRow = tiles.prefixRow(first) + start;
      if (prefix > 0) {
        scores(k, prefixRow, prefix, column, d, queries, rows, panels, scores);
      }
      for (int m = 0; m < members; m++) {
        int own = own(tiles, first + m, start, prefix);
        long to = scores + m * share * SCORES_PITCH;
        if (own > 0) {
          int row = tiles.keyRow(first + m, start + prefix);
          long mine = ownQueries + m * ownPitch;
          scores(k, row, own, column, d, mine, share, panels, to + 4L * prefix);
        }
        for (int r = m * share; prefix + own > 0 && r < (m + 1) * share; r++, to += SCORES_PITCH) {
          softmax(to, prefix + own, state + 8L * r, sums + r * sumsPitch, sumsPitch);
        }
      }
      if (prefix > 0) {
        add(v, prefixRow, prefix, column, d, scores, rows, weights, panels, sums);
      }
      for (int m = 0; m < members; m++) {
        int own = own(tiles, first + m, start, prefix);
        if (own > 0) {
          int row = tiles.keyRow(first + m, start + prefix);
          long mine = scores + m * share * SCORES_PITCH + 4L * prefix;
          add(v, row, own, column, d, mine, share, weights, panels, sums + m * share * sumsPitch);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      VectorRows.scale(1 / Memory.get(state + 8L * r + 4), sums + r * sumsPitch, d);
      long target = out.address(tiles.queryRow(first + r / share)) + 4L * share * column;
      VectorRows.copy(sums + r * sumsPitch, target + 4L * (r % share) * d, d);
    }
  }

  /** Keys of a sequence's own in the block at {@code start}, behind those of the prefix. */
  private static int own(AttentionTiles tiles, int block, int start, int prefix) {
    return Math.max(0, Math.min(BLOCK, tiles.position(block) + 1 - start) - prefix);
  }

  /** {@code scores[r][j] = q_r · k_j}. */
  private static void scores(
      Matrix k,
      int row,
      int count,
      int column,
      int d,
      long queries,
      int rows,
      long panels,
      long scores) {
    k.checkRows(row, row + count);
    keyPanels(k.address(row) + 4L * column, k.pitch(), count, d, panels);
    int across = (count + WIDTH - 1) / WIDTH;
    long pitch = 4L * d * WIDTH;
    VectorProduct.panels(queries, panels, pitch, across, d, scores, SCORES_PITCH, rows, false);
  }

  /** {@code sums[r] += Σ_j weight[r][j] · v_j}. */
  private static void add(
      Matrix v,
      int row,
      int count,
      int column,
      int d,
      long scores,
      int rows,
      long weights,
      long panels,
      long sums) {
    v.checkRows(row, row + count);
    valuePanels(v.address(row) + 4L * column, v.pitch(), count, d, panels);
    Packing.rows(scores, SCORES_PITCH, 4, rows, count, weights);
    int across = VectorAttention.depthPanels(d);
    long pitch = 4L * count * WIDTH;
    long sumsPitch = across * VectorAttention.PANEL_PITCH;
    VectorProduct.panels(weights, panels, pitch, across, count, sums, sumsPitch, rows, true);
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
