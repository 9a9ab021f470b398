package org.align4j.core.kernel;

/**
 * A block of query rows in the gradient of attention: its positions, and for each of them the heads
 * that share a key head. Keys go by one after the other.
 */
final class ScalarAttentionBlock {

  private final AttentionTiles tiles;
  private final int block;
  private final int keyHead;
  private final Matrix lse;
  private final Matrix dq;
  private final int d;
  private final int share;
  private final int rows;
  private final float scale;
  private final float[][] queries;
  private final float[][] dOuts;
  private final float[][] dQueries;
  private final float[] deltas;
  private final float[] weights;
  private final float[] slopes;

  ScalarAttentionBlock(
      Matrix q,
      Matrix out,
      Matrix lse,
      Matrix dOut,
      Matrix dq,
      AttentionTiles tiles,
      int block,
      int keyHead) {
    this.tiles = tiles;
    this.block = block;
    this.keyHead = keyHead;
    this.lse = lse;
    this.dq = dq;
    this.d = tiles.heads().headDim();
    this.share = tiles.heads().query() / tiles.heads().key();
    this.rows = tiles.count(block) * share;
    this.scale = (float) (1 / Math.sqrt(d));
    this.queries = new float[rows][d];
    this.dOuts = new float[rows][d];
    this.dQueries = new float[rows][d];
    this.deltas = new float[rows];
    this.weights = new float[rows];
    this.slopes = new float[rows];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < d; c++) {
        int column = head(r) * d + c;
        queries[r][c] = q.get(row(r), column) * scale;
        dOuts[r][c] = dOut.get(row(r), column);
        deltas[r] = Math.fma(dOuts[r][c], out.get(row(r), column), deltas[r]);
      }
    }
  }

  private int row(int r) {
    return tiles.queryRow(block) + r / share;
  }

  private int head(int r) {
    return keyHead * share + r % share;
  }

  /** Weights and slopes of the rows for a key, 0 where it lies after the row; adds to dq. */
  void key(Matrix k, Matrix v, int at, int position) {
    for (int r = 0; r < rows; r++) {
      float score = 0;
      float dp = 0;
      for (int c = 0; c < d; c++) {
        score = Math.fma(k.get(at, keyHead * d + c), queries[r][c], score);
        dp = Math.fma(v.get(at, keyHead * d + c), dOuts[r][c], dp);
      }
      boolean after = position > tiles.position(block) + r / share;
      weights[r] = after ? 0 : ScalarMath.exp(score - lse.get(row(r), head(r)));
      slopes[r] = (dp - deltas[r]) * weights[r];
      for (int c = 0; c < d; c++) {
        dQueries[r][c] = Math.fma(k.get(at, keyHead * d + c), slopes[r], dQueries[r][c]);
      }
    }
  }

  /** Adds the sums over the rows to the key's gradients. */
  void addTo(Matrix dk, Matrix dv, int at) {
    for (int c = 0; c < d; c++) {
      float ofKey = 0;
      float ofValue = 0;
      for (int r = 0; r < rows; r++) {
        ofKey = Math.fma(slopes[r], queries[r][c], ofKey);
        ofValue = Math.fma(weights[r], dOuts[r][c], ofValue);
      }
      dk.add(at, keyHead * d + c, ofKey);
      dv.add(at, keyHead * d + c, ofValue);
    }
  }

  void writeQueries() {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < d; c++) {
        dq.set(row(r), head(r) * d + c, dQueries[r][c] * scale);
      }
    }
  }
}
