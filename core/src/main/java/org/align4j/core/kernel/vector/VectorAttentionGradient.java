package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.VectorAttention.BLOCK;
import static org.align4j.core.kernel.vector.VectorAttention.PANEL_PITCH;
import static org.align4j.core.kernel.vector.VectorAttention.WIDTH;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.vector.lanes.VectorMath;
import org.align4j.core.kernel.vector.product.PackedProducts;
import org.align4j.core.kernel.vector.product.Packing;
import org.align4j.core.ops.Heads;

/**
 * Gradient of attention: the scores are computed again, then {@code p = exp(s − lse)}, {@code ds =
 * p·(do·v − do·out)}, {@code dv = pᵀ·do}, {@code dq = ds·k/√d}, {@code dk = dsᵀ·q/√d}. One tile is
 * a group for one key head: blocks of queries go by in order, and each adds its share to dk and dv,
 * or to the group's parts of them, so the order never changes.
 */
final class VectorAttentionGradient {

  private final Matrix q;
  private final Matrix k;
  private final Matrix v;
  private final AttentionTiles tiles;
  private final Matrix out;
  private final Matrix lse;
  private final Matrix dOut;
  private final Matrix dq;
  private final Matrix dk;
  private final Matrix dv;
  private final Matrix dkParts;
  private final Matrix dvParts;

  VectorAttentionGradient(AttentionKernels.Gradient operands) {
    AttentionKernels.Operands forward = operands.forward();
    this.q = forward.q();
    this.k = forward.k();
    this.v = forward.v();
    this.tiles = forward.tiles();
    this.out = forward.out();
    this.lse = forward.savedLogSumExp();
    this.dOut = operands.dOut();
    this.dq = operands.dq();
    this.dk = operands.dk();
    this.dv = operands.dv();
    this.dkParts = operands.dkParts();
    this.dvParts = operands.dvParts();
  }

  void tile(int tile, Scratch scratch) {
    Heads heads = tiles.heads();
    int group = tiles.group(tile);
    int g = tiles.keyHead(tile);
    int d = heads.headDim();
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      int row = tiles.queryRow(block);
      for (int n = row; n < row + tiles.count(block); n++) {
        VectorRows.zero(dk.address(n) + 4L * g * d, d);
        VectorRows.zero(dv.address(n) + 4L * g * d, d);
      }
    }
    int part = tiles.groupPart(group);
    dkParts.checkRows(part, part + tiles.groupStart(group));
    dvParts.checkRows(part, part + tiles.groupStart(group));
    for (int n = part; n < part + tiles.groupStart(group); n++) {
      VectorRows.zero(dkParts.address(n) + 4L * g * d, d);
      VectorRows.zero(dvParts.address(n) + 4L * g * d, d);
    }
    int share = heads.query() / heads.key();
    int panels = (AttentionTiles.QUERY_BLOCK * share + WIDTH - 1) / WIDTH;
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      block(group, block, g, d, share, panels, scratch);
    }
  }

  private void block(int group, int block, int g, int d, int share, int most, Scratch scratch) {
    Heads heads = tiles.heads();
    int rows = tiles.count(block) * share;
    int panels = (rows + WIDTH - 1) / WIDTH;
    int padded = panels * WIDTH;
    int across = VectorAttention.depthPanels(d);
    long packedKeys = (long) Packing.room(BLOCK) * d;
    long packedColumns = (long) Packing.room(d) * BLOCK;
    long packedWeights = (long) Packing.room(BLOCK) * padded;
    long perRow = 3L * d + 2L * across * WIDTH + 3 + 2L * BLOCK;
    long perBlock = d + (long) across * WIDTH + 2L * WIDTH;
    long packedAll = 2 * packedKeys + packedColumns + packedWeights;
    long work = scratch.address((long) most * WIDTH * perRow + BLOCK * perBlock + packedAll);
    long queries = work;
    long dOuts = queries + 4L * padded * d;
    long dQueries = dOuts + 4L * padded * d;
    long queryRows = dQueries + 4L * padded * d;
    long dOutRows = queryRows + 4L * padded * across * WIDTH;
    long positions = dOutRows + 4L * padded * across * WIDTH;
    long norms = positions + 4L * padded;
    long deltas = norms + 4L * padded;
    long allP = deltas + 4L * padded;
    long allDs = allP + 4L * padded * BLOCK;
    long packed = allDs + 4L * padded * BLOCK;
    long keys = packed + 4L * packedWeights;
    long values = keys + 4L * packedKeys;
    long keyColumns = values + 4L * packedKeys;
    long gathered = keyColumns + 4L * packedColumns;
    long p = gathered + 4L * BLOCK * d;
    long ds = p + 4L * BLOCK * WIDTH;
    long partial = ds + 4L * BLOCK * WIDTH;

    float scale = (float) (1 / Math.sqrt(d));
    int head = g * share;
    VectorAttention.packRows(q, tiles, block, head, share, d, panels, scale, queries);
    VectorAttention.packRows(dOut, tiles, block, head, share, d, panels, 1, dOuts);
    packColumns(q, block, head, share, d, padded, scale, queryRows);
    packColumns(dOut, block, head, share, d, padded, 1, dOutRows);
    VectorAttention.fillPositions(tiles, block, share, panels, positions);
    fillNorms(block, head, share, d, padded, norms, deltas);
    VectorRows.zero(dQueries, (long) padded * d);

    int last = tiles.position(block) + tiles.count(block);
    int before = heads.firstKey(last - 1);
    for (int start = VectorAttention.firstBlock(tiles, block); start < last; start += BLOCK) {
      int count = Math.min(BLOCK, last - start);
      long source = VectorAttention.blockRows(k, tiles, block, start, count, g * d, d, gathered);
      long pitch = VectorAttention.pitch(source, gathered, k, d);
      Packing.rows(source, pitch, 4, count, d, keys);
      Packing.rows(source, 4, pitch, d, count, keyColumns);
      source = VectorAttention.blockRows(v, tiles, block, start, count, g * d, d, gathered);
      pitch = VectorAttention.pitch(source, gathered, v, d);
      Packing.rows(source, pitch, 4, count, d, values);
      for (int panel = 0; panel < panels; panel++) {
        long state = 4L * panel * WIDTH;
        PackedProducts.panel(keys, queries + state * d, d, p, PANEL_PITCH, count, false);
        PackedProducts.panel(values, dOuts + state * d, d, ds, PANEL_PITCH, count, false);
        for (long half = 0; half < PANEL_PITCH; half += BYTES) {
          VectorAttention.weights(
              p + half, start, count, positions + state + half, norms + state + half);
          VectorAttention.hide(
              p + half,
              start,
              Math.min(count, before - start),
              heads.window(),
              positions + state + half,
              VectorMath.ZERO);
          differentiate(
              p + half,
              ds + half,
              count,
              deltas + state + half,
              allP + state + half,
              allDs + state + half,
              4L * padded);
        }
        PackedProducts.panel(keyColumns, ds, count, dQueries + state * d, PANEL_PITCH, d, true);
      }
      Packing.rows(allP, 4L * padded, 4, count, padded, packed);
      columns(packed, dOutRows, padded, count, across, partial);
      addRows(partial, group, block, start, count, d, across, dv, dvParts, g * d);
      Packing.rows(allDs, 4L * padded, 4, count, padded, packed);
      columns(packed, queryRows, padded, count, across, partial);
      addRows(partial, group, block, start, count, d, across, dk, dkParts, g * d);
    }
    scaleRows(dQueries, (long) padded * d, scale);
    VectorAttention.unpackRows(dQueries, tiles, block, head, share, d, dq);
  }

  /** {@code ds = p·(dp − delta)}; p and ds are also laid out for the products over all rows. */
  private static void differentiate(
      long p, long ds, int count, long deltas, long allP, long allDs, long pitch) {
    FloatVector delta = load(deltas);
    for (int j = 0; j < count; j++) {
      FloatVector weight = load(p + j * PANEL_PITCH);
      FloatVector slope = load(ds + j * PANEL_PITCH).sub(delta).mul(weight);
      store(slope, ds + j * PANEL_PITCH);
      store(weight, allP + j * pitch);
      store(slope, allDs + j * pitch);
    }
  }

  /** {@code partial[key][d] = Σ_row left[key][row] · right[row][d]}. */
  private static void columns(
      long left, long right, int rows, int count, int across, long partial) {
    for (int c = 0; c < across; c++) {
      PackedProducts.panel(
          left,
          right + 4L * c * rows * WIDTH,
          rows,
          partial + c * PANEL_PITCH,
          across * PANEL_PITCH,
          count,
          false);
    }
  }

  /** Adds to the rows of the group, and to its part of those that it continues. */
  private void addRows(
      long partial,
      int group,
      int block,
      int start,
      int count,
      int d,
      int across,
      Matrix y,
      Matrix parts,
      int column) {
    int own = tiles.groupStart(group);
    for (int at = start; at < start + count; at++) {
      long row =
          at < own
              ? parts.address(tiles.groupPart(group) + at)
              : y.address(tiles.keyRow(block, at));
      VectorRows.axpy(
          1, partial + (long) (at - start) * across * PANEL_PITCH, row + 4L * column, d);
    }
  }

  /** Rows as panels of columns, {@code [d / WIDTH][row][WIDTH]}, zeros where there is no row. */
  private void packColumns(
      Matrix x, int block, int head, int share, int d, int padded, float scale, long target) {
    int rows = tiles.count(block) * share;
    int across = VectorAttention.depthPanels(d);
    VectorRows.zero(target, (long) across * padded * WIDTH);
    for (int r = 0; r < rows; r++) {
      long in = x.address(tiles.queryRow(block) + r / share) + 4L * (head + r % share) * d;
      for (int c = 0; c < d; c += WIDTH) {
        long out = target + 4L * (c * padded + r * WIDTH);
        int count = Math.min(WIDTH, d - c);
        VectorRows.copy(in + 4L * c, out, count);
        if (scale != 1) {
          VectorRows.scale(scale, out, count);
        }
      }
    }
  }

  /** Log-sum-exp (+∞ where there is no row: weight 0) and {@code do·out} of each row. */
  private void fillNorms(
      int block, int head, int share, int d, int padded, long norms, long deltas) {
    int rows = tiles.count(block) * share;
    for (int r = 0; r < padded; r++) {
      float norm = Float.POSITIVE_INFINITY;
      float delta = 0;
      if (r < rows) {
        int n = tiles.queryRow(block) + r / share;
        norm = lse.get(n, head + r % share);
        long column = 4L * (head + r % share) * d;
        for (int c = 0; c < d; c++) {
          delta =
              Math.fma(
                  Memory.get(dOut.address(n) + column + 4L * c),
                  Memory.get(out.address(n) + column + 4L * c),
                  delta);
        }
      }
      Memory.set(norms + 4L * r, norm);
      Memory.set(deltas + 4L * r, delta);
    }
  }

  private static void scaleRows(long x, long count, float factor) {
    VectorRows.scale(factor, x, Math.toIntExact(count));
  }
}
