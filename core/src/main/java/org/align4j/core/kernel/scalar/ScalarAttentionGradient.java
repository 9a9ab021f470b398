package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;

/**
 * Gradient of attention, one key after the other for a block of query rows: the operations of
 * {@code VectorAttentionGradient} in their order. The rows of a block are its positions, and for
 * each of them the heads that share a key head.
 */
final class ScalarAttentionGradient {

  private ScalarAttentionGradient() {}

  /**
   * {@code p = exp(s − lse)}, {@code dv += p·do}, {@code ds = p·(do·v − do·out)}, {@code dq = Σ
   * ds·k/√d}, {@code dk += ds·q/√d}.
   */
  static void gradient(AttentionKernels.Gradient operands, int tile, Scratch scratch) {
    AttentionKernels.Operands forward = operands.forward();
    AttentionTiles tiles = forward.tiles();
    Matrix k = forward.k();
    Matrix v = forward.v();
    Matrix lse = forward.savedLogSumExp();
    Matrix dOut = operands.dOut();
    Matrix dk = operands.dk();
    Matrix dv = operands.dv();
    Matrix dkParts = operands.dkParts();
    Matrix dvParts = operands.dvParts();
    int d = tiles.heads().headDim();
    int group = tiles.group(tile);
    int keyHead = tiles.keyHead(tile);
    int own = tiles.groupStart(group);
    int part = tiles.groupPart(group);
    zero(dkParts, part, own, keyHead * d, d);
    zero(dvParts, part, own, keyHead * d, d);
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      zero(dk, tiles.queryRow(block), tiles.count(block), keyHead * d, d);
      zero(dv, tiles.queryRow(block), tiles.count(block), keyHead * d, d);
    }
    int share = tiles.heads().query() / tiles.heads().key();
    int rows = AttentionTiles.QUERY_BLOCK * share;
    long queries = scratch.address(2L * rows * d + 3L * rows);
    long dQueries = queries + 4L * rows * d;
    long deltas = dQueries + 4L * rows * d;
    long weights = deltas + 4L * rows;
    long slopes = weights + 4L * rows;
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      begin(
          forward.q(),
          forward.out(),
          dOut,
          tiles,
          block,
          keyHead,
          share,
          d,
          queries,
          dQueries,
          deltas);
      int first = tiles.heads().firstKey(tiles.position(block));
      int begin = first / AttentionKernels.KEY_BLOCK * AttentionKernels.KEY_BLOCK;
      for (int j = begin; j < tiles.position(block) + tiles.count(block); j++) {
        int at = tiles.keyRow(block, j);
        weights(k, v, at, j, lse, dOut, tiles, block, keyHead, share, queries, deltas, weights);
        int count = tiles.count(block) * share;
        int to = j < own ? part + j : at;
        int row = tiles.queryRow(block);
        addValue(weights, dOut, row, count, share, keyHead, d, j < own ? dvParts : dv, to);
        addKey(slopes, queries, count, keyHead, d, j < own ? dkParts : dk, to);
        addQueries(slopes, k, at, count, keyHead, d, dQueries);
      }
      writeQueries(dQueries, tiles, block, keyHead, share, d, operands.dq());
    }
  }

  private static void zero(Matrix x, int from, int rows, int column, int d) {
    for (int n = from; n < from + rows; n++) {
      for (int c = column; c < column + d; c++) {
        x.set(n, c, 0);
      }
    }
  }

  private static float scale(int d) {
    return (float) (1 / Math.sqrt(d));
  }

  /** Scaled queries, zeros for their gradients, and {@code do·out} of each row. */
  private static void begin(
      Matrix q,
      Matrix out,
      Matrix dOut,
      AttentionTiles tiles,
      int block,
      int keyHead,
      int share,
      int d,
      long queries,
      long dQueries,
      long deltas) {
    for (int r = 0; r < tiles.count(block) * share; r++) {
      int row = tiles.queryRow(block) + r / share;
      int column = (keyHead * share + r % share) * d;
      float delta = 0;
      for (int c = 0; c < d; c++) {
        Memory.set(queries + 4L * (r * d + c), q.get(row, column + c) * scale(d));
        Memory.set(dQueries + 4L * (r * d + c), 0);
        delta = Math.fma(dOut.get(row, column + c), out.get(row, column + c), delta);
      }
      Memory.set(deltas + 4L * r, delta);
    }
  }

  /**
   * Weights of a key, 0 where the row does not attend to it, and behind them the slopes of the
   * scores.
   */
  private static void weights(
      Matrix k,
      Matrix v,
      int at,
      int position,
      Matrix lse,
      Matrix dOut,
      AttentionTiles tiles,
      int block,
      int keyHead,
      int share,
      long queries,
      long deltas,
      long weights) {
    int d = tiles.heads().headDim();
    long slopes = weights + 4L * AttentionTiles.QUERY_BLOCK * share;
    for (int r = 0; r < tiles.count(block) * share; r++) {
      int row = tiles.queryRow(block) + r / share;
      int head = keyHead * share + r % share;
      float score = 0;
      float dp = 0;
      for (int c = 0; c < d; c++) {
        float query = Memory.get(queries + 4L * (r * d + c));
        score = Math.fma(k.get(at, keyHead * d + c), query, score);
        dp = Math.fma(v.get(at, keyHead * d + c), dOut.get(row, head * d + c), dp);
      }
      int own = tiles.position(block) + r / share;
      boolean hidden = position > own || position < tiles.heads().firstKey(own);
      float p = hidden ? 0 : ScalarMath.exp(score - lse.get(row, head));
      Memory.set(weights + 4L * r, p);
      Memory.set(slopes + 4L * r, (dp - Memory.get(deltas + 4L * r)) * p);
    }
  }

  private static void addValue(
      long weights,
      Matrix dOut,
      int first,
      int count,
      int share,
      int keyHead,
      int d,
      Matrix dv,
      int to) {
    for (int c = 0; c < d; c++) {
      float sum = 0;
      for (int r = 0; r < count; r++) {
        float slope = dOut.get(first + r / share, (keyHead * share + r % share) * d + c);
        sum = Math.fma(Memory.get(weights + 4L * r), slope, sum);
      }
      dv.add(to, keyHead * d + c, sum);
    }
  }

  private static void addKey(
      long slopes, long queries, int count, int keyHead, int d, Matrix dk, int to) {
    for (int c = 0; c < d; c++) {
      float sum = 0;
      for (int r = 0; r < count; r++) {
        float query = Memory.get(queries + 4L * (r * d + c));
        sum = Math.fma(Memory.get(slopes + 4L * r), query, sum);
      }
      dk.add(to, keyHead * d + c, sum);
    }
  }

  private static void addQueries(
      long slopes, Matrix k, int at, int count, int keyHead, int d, long dQueries) {
    for (int r = 0; r < count; r++) {
      for (int c = 0; c < d; c++) {
        long target = dQueries + 4L * (r * d + c);
        float slope = Memory.get(slopes + 4L * r);
        Memory.set(target, Math.fma(k.get(at, keyHead * d + c), slope, Memory.get(target)));
      }
    }
  }

  private static void writeQueries(
      long dQueries, AttentionTiles tiles, int block, int keyHead, int share, int d, Matrix dq) {
    for (int r = 0; r < tiles.count(block) * share; r++) {
      int row = tiles.queryRow(block) + r / share;
      for (int c = 0; c < d; c++) {
        float sum = Memory.get(dQueries + 4L * (r * d + c));
        dq.set(row, (keyHead * share + r % share) * d + c, sum * scale(d));
      }
    }
  }
}
