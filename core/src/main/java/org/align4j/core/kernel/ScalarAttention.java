package org.align4j.core.kernel;

import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/**
 * Attention one query row and one head at a time: the operations of {@link VectorAttention} and
 * {@link VectorAttentionGradient} in their order, blocks of {@link Kernels#KEY_BLOCK} keys.
 */
final class ScalarAttention {

  private static final int BLOCK = Kernels.KEY_BLOCK;

  private ScalarAttention() {}

  static void attention(
      Matrix q,
      Elements k,
      Elements v,
      AttentionTiles tiles,
      Matrix out,
      @Nullable Matrix lse,
      int tile) {
    int first = tiles.block(tile);
    Heads heads = tiles.heads();
    int share = heads.query() / heads.key();
    for (int block = first; block < first + tiles.members(tile); block++) {
      for (int i = 0; i < tiles.count(block); i++) {
        for (int h = tiles.keyHead(tile) * share; h < (tiles.keyHead(tile) + 1) * share; h++) {
          row(q, k, v, tiles, block, i, h, out, lse);
        }
      }
    }
  }

  /**
   * {@code out = Σ_j exp(s_j − max) v_j / Σ_j exp(s_j − max)}, keys j up to the row itself; the
   * sums so far are brought to the maximum of each block.
   */
  private static void row(
      Matrix q,
      Elements k,
      Elements v,
      AttentionTiles tiles,
      int block,
      int i,
      int head,
      Matrix out,
      @Nullable Matrix lse) {
    int d = tiles.heads().headDim();
    int row = tiles.queryRow(block) + i;
    int keys = tiles.position(block) + i + 1;
    int keyColumn = head / (tiles.heads().query() / tiles.heads().key()) * d;
    float[] weights = new float[BLOCK];
    float[] sums = new float[d];
    float max = Float.NEGATIVE_INFINITY;
    float total = 0;
    for (int start = 0; start < keys; start += BLOCK) {
      int count = Math.min(BLOCK, keys - start);
      float old = max;
      for (int j = 0; j < count; j++) {
        weights[j] = score(q, row, head * d, k, tiles.keyRow(block, start + j), keyColumn, d);
        max = weights[j] > max ? weights[j] : max;
      }
      float factor = ScalarMath.exp(old - max);
      float sum = 0;
      for (int j = 0; j < count; j++) {
        weights[j] = ScalarMath.exp(weights[j] - max);
        sum += weights[j];
      }
      total = total * factor + sum;
      for (int c = 0; c < d; c++) {
        sums[c] *= factor;
        for (int j = 0; j < count; j++) {
          float value = v.get(tiles.keyRow(block, start + j), keyColumn + c);
          sums[c] = Math.fma(weights[j], value, sums[c]);
        }
      }
    }
    float inverse = 1 / total;
    for (int c = 0; c < d; c++) {
      out.set(row, head * d + c, sums[c] * inverse);
    }
    if (lse != null) {
      lse.set(row, head, (float) (max + StrictMath.log(total)));
    }
  }

  /** The query is scaled before it is multiplied. */
  private static float score(
      Matrix q, int row, int column, Elements k, int keyRow, int keyColumn, int d) {
    float scale = (float) (1 / Math.sqrt(d));
    float sum = 0;
    for (int c = 0; c < d; c++) {
      sum = Math.fma(k.get(keyRow, keyColumn + c), q.get(row, column + c) * scale, sum);
    }
    return sum;
  }

  /**
   * {@code p = exp(s − lse)}, {@code dv += p·do}, {@code ds = p·(do·v − do·out)}, {@code dq = Σ
   * ds·k/√d}, {@code dk += ds·q/√d}.
   */
  static void gradient(
      Matrix q,
      Matrix k,
      Matrix v,
      AttentionTiles tiles,
      Matrix out,
      Matrix lse,
      Matrix dOut,
      Matrix dq,
      Matrix dk,
      Matrix dv,
      Matrix dkParts,
      Matrix dvParts,
      int tile) {
    int d = tiles.heads().headDim();
    int group = tiles.group(tile);
    int keyColumn = tiles.keyHead(tile) * d;
    int own = tiles.groupStart(group);
    int part = tiles.groupPart(group);
    zero(dkParts, part, own, keyColumn, d);
    zero(dvParts, part, own, keyColumn, d);
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      zero(dk, tiles.queryRow(block), tiles.count(block), keyColumn, d);
      zero(dv, tiles.queryRow(block), tiles.count(block), keyColumn, d);
    }
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      ScalarAttentionBlock rows =
          new ScalarAttentionBlock(q, out, lse, dOut, dq, tiles, block, tiles.keyHead(tile));
      for (int j = 0; j < tiles.position(block) + tiles.count(block); j++) {
        int at = tiles.keyRow(block, j);
        rows.key(k, v, at, j);
        rows.addTo(j < own ? dkParts : dk, j < own ? dvParts : dv, j < own ? part + j : at);
      }
      rows.writeQueries();
    }
  }

  private static void zero(Matrix x, int from, int rows, int column, int d) {
    for (int n = from; n < from + rows; n++) {
      for (int c = column; c < column + d; c++) {
        x.set(n, c, 0);
      }
    }
  }
}
