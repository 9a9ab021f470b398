package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Elements;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/**
 * Attention one query row and one head at a time: the operations of {@code VectorAttention} in
 * their order, blocks of {@link AttentionKernels#KEY_BLOCK} keys.
 */
final class ScalarAttention {

  private static final int BLOCK = AttentionKernels.KEY_BLOCK;

  private ScalarAttention() {}

  static void attention(
      Matrix q,
      Elements k,
      Elements v,
      AttentionTiles tiles,
      Matrix out,
      @Nullable Matrix lse,
      int tile,
      Scratch scratch) {
    long weights = scratch.address(BLOCK);
    int first = tiles.block(tile);
    Heads heads = tiles.heads();
    int share = heads.query() / heads.key();
    for (int block = first; block < first + tiles.members(tile); block++) {
      for (int i = 0; i < tiles.count(block); i++) {
        for (int h = tiles.keyHead(tile) * share; h < (tiles.keyHead(tile) + 1) * share; h++) {
          row(q, k, v, tiles, block, i, h, out, lse, weights);
        }
      }
    }
  }

  /**
   * {@code out = Σ_j exp(s_j − max) v_j / Σ_j exp(s_j − max)}, keys j within the window up to the
   * row itself; the sums so far are brought to the maximum of each block.
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
      @Nullable Matrix lse,
      long weights) {
    int d = tiles.heads().headDim();
    int row = tiles.queryRow(block) + i;
    int keys = tiles.position(block) + i + 1;
    int first = tiles.heads().firstKey(keys - 1);
    int keyColumn = head / (tiles.heads().query() / tiles.heads().key()) * d;
    float max = Float.NEGATIVE_INFINITY;
    float total = 0;
    for (int c = head * d; c < (head + 1) * d; c++) {
      out.set(row, c, 0);
    }
    for (int start = first / BLOCK * BLOCK; start < keys; start += BLOCK) {
      int from = Math.max(0, first - start);
      int count = Math.min(BLOCK, keys - start);
      float old = max;
      for (int j = from; j < count; j++) {
        float s = score(q, row, head * d, k, tiles.keyRow(block, start + j), keyColumn, d);
        Memory.set(weights + 4L * j, s);
        max = s > max ? s : max;
      }
      float factor = ScalarMath.exp(old - max);
      float sum = 0;
      for (int j = from; j < count; j++) {
        float p = ScalarMath.exp(Memory.get(weights + 4L * j) - max);
        Memory.set(weights + 4L * j, p);
        sum += p;
      }
      total = total * factor + sum;
      for (int c = 0; c < d; c++) {
        float value = out.get(row, head * d + c) * factor;
        for (int j = from; j < count; j++) {
          float next = v.get(tiles.keyRow(block, start + j), keyColumn + c);
          value = Math.fma(Memory.get(weights + 4L * j), next, value);
        }
        out.set(row, head * d + c, value);
      }
    }
    float inverse = 1 / total;
    for (int c = head * d; c < (head + 1) * d; c++) {
      out.set(row, c, out.get(row, c) * inverse);
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
}
