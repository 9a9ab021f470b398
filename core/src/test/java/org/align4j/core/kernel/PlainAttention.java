package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Elements;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/** Attention one query row and one head at a time. */
final class PlainAttention {

  private PlainAttention() {}

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
   * {@code out = Σ_j exp(s_j − max) v_j / Σ_j exp(s_j − max)}, keys j within the window up to the
   * row itself.
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
    float max = Float.NEGATIVE_INFINITY;
    for (int j = tiles.heads().firstKey(keys - 1); j < keys; j++) {
      max = Math.max(max, score(q, row, head * d, k, tiles.keyRow(block, j), keyColumn, d));
    }
    double sum = 0;
    for (int c = 0; c < d; c++) {
      out.set(row, head * d + c, 0);
    }
    for (int j = tiles.heads().firstKey(keys - 1); j < keys; j++) {
      int at = tiles.keyRow(block, j);
      double p = Math.exp(score(q, row, head * d, k, at, keyColumn, d) - max);
      sum += p;
      for (int c = 0; c < d; c++) {
        out.add(row, head * d + c, (float) (p * v.get(at, keyColumn + c)));
      }
    }
    for (int c = 0; c < d; c++) {
      out.set(row, head * d + c, (float) (out.get(row, head * d + c) / sum));
    }
    if (lse != null) {
      lse.set(row, head, (float) (max + Math.log(sum)));
    }
  }

  private static float score(
      Matrix q, int row, int column, Elements k, int keyRow, int keyColumn, int d) {
    float sum = 0;
    for (int c = 0; c < d; c++) {
      sum += q.get(row, column + c) * k.get(keyRow, keyColumn + c);
    }
    return sum * (float) (1 / Math.sqrt(d));
  }

  /**
   * {@code p = exp(s − lse)}, {@code dv += p·do}, {@code ds = p·(do·v − do·out)/√d}, {@code dq +=
   * ds·k}, {@code dk += ds·q}.
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
    int share = tiles.heads().query() / tiles.heads().key();
    int group = tiles.group(tile);
    int keyColumn = tiles.keyHead(tile) * d;
    int own = tiles.groupStart(group);
    int part = tiles.groupPart(group);
    for (int n = part; n < part + own; n++) {
      for (int c = keyColumn; c < keyColumn + d; c++) {
        dkParts.set(n, c, 0);
        dvParts.set(n, c, 0);
      }
    }
    for (int block = tiles.groupFrom(group); block < tiles.groupTo(group); block++) {
      for (int row = tiles.queryRow(block);
          row < tiles.queryRow(block) + tiles.count(block);
          row++) {
        for (int c = 0; c < d; c++) {
          dk.set(row, keyColumn + c, 0);
          dv.set(row, keyColumn + c, 0);
        }
        for (int c = share * keyColumn; c < share * (keyColumn + d); c++) {
          dq.set(row, c, 0);
        }
      }
      for (int i = 0; i < tiles.count(block); i++) {
        int row = tiles.queryRow(block) + i;
        for (int h = tiles.keyHead(tile) * share; h < (tiles.keyHead(tile) + 1) * share; h++) {
          float delta = dot(dOut, row, h * d, out, row, h * d, d);
          int position = tiles.position(block) + i;
          for (int j = tiles.heads().firstKey(position); j <= position; j++) {
            int at = tiles.keyRow(block, j);
            int to = j < own ? part + j : at;
            double p = Math.exp(score(q, row, h * d, k, at, keyColumn, d) - lse.get(row, h));
            float dp = dot(dOut, row, h * d, v, at, keyColumn, d);
            float ds = (float) (p * (dp - delta) / Math.sqrt(d));
            for (int c = 0; c < d; c++) {
              (j < own ? dvParts : dv).add(to, keyColumn + c, (float) p * dOut.get(row, h * d + c));
              dq.add(row, h * d + c, ds * k.get(at, keyColumn + c));
              (j < own ? dkParts : dk).add(to, keyColumn + c, ds * q.get(row, h * d + c));
            }
          }
        }
      }
    }
  }

  private static float dot(
      Matrix a, int aRow, int aColumn, Matrix b, int bRow, int bColumn, int d) {
    float sum = 0;
    for (int c = 0; c < d; c++) {
      sum += a.get(aRow, aColumn + c) * b.get(bRow, bColumn + c);
    }
    return sum;
  }
}
