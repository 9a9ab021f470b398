package org.align4j.core.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponent;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponential;
import static org.align4j.core.kernel.vector.lanes.VectorMath.polynomial;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.product.PackedProducts;
import org.align4j.core.kernel.vector.product.Packing;
import org.align4j.core.kernel.vector.product.VectorProducts;
import org.align4j.core.ops.Heads;

/**
 * Attention of one position each of some sequences with a common prefix, as in decoding: the rows
 * are the heads that share a key head, too few to fill lanes, so keys and columns of values lie
 * there, in panels as {@link KeyValuePanels} holds them. Every sum goes in the same order as in
 * {@link VectorAttention}, so the bits are the same.
 */
final class VectorStepAttention {

  private static final int WIDTH = VectorProducts.WIDTH;
  private static final int BLOCK = AttentionKernels.KEY_BLOCK;

  /** A block of weights, and room for the maximum so far and its lanes. */
  private static final int WEIGHTS = BLOCK + 2 * COUNT;

  private static final long WEIGHTS_PITCH = 4L * WEIGHTS;

  private VectorStepAttention() {}

  static void attention(
      Matrix q, KeyValuePanels cache, AttentionTiles tiles, Matrix out, int tile, Scratch scratch) {
    int first = tiles.block(tile);
    int members = tiles.members(tile);
    int head = tiles.keyHead(tile);
    Heads heads = tiles.heads();
    int d = heads.headDim();
    int share = heads.query() / heads.key();
    int rows = members * share;
    int across = VectorAttention.depthPanels(d);
    int prefix = tiles.prefixLength(first);
    int prefixRow = tiles.prefixRow(first);
    int gap = prefix % BLOCK;
    int last = 0;
    int begin = Integer.MAX_VALUE;
    for (int m = 0; m < members; m++) {
      last = Math.max(last, tiles.position(first + m) + 1);
      begin = Math.min(begin, VectorAttention.firstBlock(tiles, first + m));
    }
    long ownScores = 4L * panels(prefix) * WIDTH;
    long scoresPitch = ownScores + 4L * panels(last - prefix + gap) * WIDTH;
    long sumsPitch = across * VectorAttention.PANEL_PITCH;
    long stateBytes = (8L * rows + 63) & -64;
    long queries =
        scratch.address(
            (long) Packing.room(rows) * (d + BLOCK)
                + (long) members * Packing.room(share) * d
                + (long) rows * (across * WIDTH + WEIGHTS + d)
                + (stateBytes + rows * scoresPitch) / Float.BYTES);
    long packed = queries + 4L * Packing.room(rows) * d;
    long ownQueries = packed + 4L * Packing.room(rows) * BLOCK;
    long ownPitch = 4L * Packing.room(share) * d;
    long sums = ownQueries + members * ownPitch;
    long weights = sums + rows * sumsPitch;
    long state = weights + rows * WEIGHTS_PITCH;
    long scores = state + stateBytes;
    long scaled = scores + rows * scoresPitch;

    for (int m = 0; m < members; m++) {
      long from = scaled + 4L * m * share * d;
      long query = q.address(tiles.queryRow(first + m)) + 4L * head * share * d;
      VectorRows.copy(query, from, share * d);
      VectorRows.scale((float) (1 / Math.sqrt(d)), from, share * d);
      Packing.rows(from, 4L * d, 4, share, d, ownQueries + m * ownPitch);
    }
    Packing.rows(scaled, 4L * d, 4, rows, d, queries);
    VectorRows.zero(sums, (long) rows * across * WIDTH);
    for (int r = 0; r < rows; r++) {
      Memory.set(state + 8L * r, VectorAttention.LOWEST);
      Memory.set(state + 8L * r + 4, 0);
    }
    long to = scores + 4L * begin;
    scores(cache, head, prefixRow + begin, prefix - begin, d, queries, rows, to, scoresPitch);
    for (int m = 0; m < members; m++) {
      int skipped = Math.max(0, VectorAttention.firstBlock(tiles, first + m) - prefix + gap);
      int row = tiles.ownRow(first + m) - gap + skipped;
      int own = tiles.position(first + m) + 1 - prefix + gap - skipped;
      long mine = ownQueries + m * ownPitch;
      to = scores + (long) m * share * scoresPitch + ownScores + 4L * skipped;
      scores(cache, head, row, own, d, mine, share, to, scoresPitch);
    }
    for (int start = begin; start < last; start += BLOCK) {
      int shared = Math.clamp(prefix - start, 0, BLOCK);
      for (int m = 0; m < members; m++) {
        int own = own(tiles, first + m, start, shared);
        int before = heads.firstKey(tiles.position(first + m)) - start;
        for (int r = m * share; shared + own > 0 && r < (m + 1) * share; r++) {
          long row = weights + r * WEIGHTS_PITCH;
          long from = scores + r * scoresPitch;
          VectorRows.copy(from + 4L * start, row, shared);
          long ownFrom = from + ownScores + 4L * (start + shared - prefix + gap);
          VectorRows.copy(ownFrom, row + 4L * shared, own);
          VectorAttention.fill(row, Math.min(before, shared + own), Float.NEGATIVE_INFINITY);
          softmax(row, shared + own, state + 8L * r, sums + r * sumsPitch, sumsPitch);
        }
      }
      add(cache, head, prefixRow + start, shared, across, weights, rows, packed, sums);
      for (int m = 0; m < members; m++) {
        int own = own(tiles, first + m, start, shared);
        int row = tiles.ownRow(first + m) + start + shared - prefix;
        long mine = weights + (long) m * share * WEIGHTS_PITCH + 4L * shared;
        add(
            cache,
            head,
            row,
            own,
            across,
            mine,
            share,
            packed,
            sums + (long) m * share * sumsPitch);
      }
    }
    for (int r = 0; r < rows; r++) {
      VectorRows.scale(1 / Memory.get(state + 8L * r + 4), sums + r * sumsPitch, d);
      long target = out.address(tiles.queryRow(first + r / share)) + 4L * head * share * d;
      VectorRows.copy(sums + r * sumsPitch, target + 4L * (r % share) * d, d);
    }
  }

  private static int panels(int keys) {
    return (keys + WIDTH - 1) / WIDTH;
  }

  /**
   * Keys of a sequence's own in the block at {@code start}, behind those of the prefix; none before
   * its window, where others of the tile may still read.
   */
  private static int own(AttentionTiles tiles, int block, int start, int shared) {
    if (start < VectorAttention.firstBlock(tiles, block)) {
      return 0;
    }
    return Math.max(0, Math.min(BLOCK, tiles.position(block) + 1 - start) - shared);
  }

  /** {@code scores[r][j] = q_r · k_j}, whole panels of keys from the begin of a block on. */
  private static void scores(
      KeyValuePanels cache,
      int head,
      int row,
      int count,
      int d,
      long queries,
      int rows,
      long scores,
      long scoresPitch) {
    if (count > 0) {
      cache.checkRows(row, row + count);
      long keys = cache.keyAddress(head, row);
      int panels = panels(count);
      PackedProducts.panels(
          queries, keys, cache.keyPitch(), panels, d, scores, scoresPitch, rows, false);
    }
  }

  /** {@code sums[r] += Σ_j weight[r][j] · v_j}, rows of one block. */
  private static void add(
      KeyValuePanels cache,
      int head,
      int row,
      int count,
      int across,
      long weights,
      int rows,
      long packed,
      long sums) {
    if (count > 0) {
      cache.checkRows(row, row + count);
      Packing.rows(weights, WEIGHTS_PITCH, 4, rows, count, packed);
      long values = cache.valueAddress(head, row);
      long sumsPitch = across * VectorAttention.PANEL_PITCH;
      PackedProducts.panels(
          packed, values, cache.valuePitch(), across, count, sums, sumsPitch, rows, true);
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
      most = s.blend(most, s.compare(GT, most).not());
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
      exponential(x, t, polynomial(x, t)).intoMemorySegment(ALL, scores + 4L * j, ORDER);
    }
    FloatVector factor = all(Memory.get(scores + 4L * count));
    for (long at = sums; at < sums + sumsBytes; at += BYTES) {
      load(at).mul(factor).intoMemorySegment(ALL, at, ORDER);
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
