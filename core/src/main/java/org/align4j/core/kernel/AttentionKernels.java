package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkState;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/** Attention: forward, a decoding step, backward. Conventions: {@link Kernels}. */
public interface AttentionKernels {

  /**
   * Keys, by absolute position, between two updates of attention's running maximum; rows of a block
   * of {@link KeyValuePanels}.
   */
  int KEY_BLOCK = 32;

  /**
   * Operands of {@link #attention}.
   *
   * @param q {@code [N, H·headDim]}
   * @param k {@code [N, Hk·headDim]}, as v
   * @param v values
   * @param tiles of the batch; their heads are those of q, k and v
   * @param out {@code [N, H·headDim]}, written
   * @param logSumExp {@code [N, H]}, written; null where no gradient is wanted
   */
  record Operands(
      Matrix q, Matrix k, Matrix v, AttentionTiles tiles, Matrix out, @Nullable Matrix logSumExp) {

    /** The log-sum-exps, which a gradient needs. */
    public Matrix savedLogSumExp() {
      checkState(logSumExp != null, "attention kept no log-sum-exps: there is no gradient");
      return logSumExp;
    }
  }

  /**
   * Operands of {@link #attentionGradient}.
   *
   * @param forward those of {@link #attention}, with what it wrote
   * @param dOut gradient of out
   * @param dq overwritten, as dk and dv
   * @param dk gradient of k
   * @param dv gradient of v
   * @param dkParts {@code [partRows, Hk·headDim]}, as dvParts; see {@link AttentionTiles#partRows}
   * @param dvParts parts of dv
   */
  record Gradient(
      Operands forward,
      Matrix dOut,
      Matrix dq,
      Matrix dk,
      Matrix dv,
      Matrix dkParts,
      Matrix dvParts) {}

  /**
   * Causal grouped-query attention with scale {@code 1/sqrt(headDim)}: each row of q attends to all
   * that its segment continues and to its segment up to itself, within the heads' window. Keys are
   * visited in blocks of {@link #KEY_BLOCK} absolute positions with a running maximum and sum, so a
   * row's bits depend neither on its company nor on where the segments lie. Keys before the window
   * change no bit: their weights are exactly 0, and so are the sums until the first key within it.
   * Writes out and, for the gradient, the log-sum-exps. Split: {@link AttentionTiles#tiles}.
   */
  void attention(Operands operands, int from, int to, Scratch scratch);

  /** An empty cache of keys and values for {@link #stepAttention}. */
  KeyValuePanels keyValuePanels(Heads heads);

  /**
   * {@link #attention} of the next row of each of some sequences whose keys and values lie in a
   * cache, with the same bits. Split: {@link AttentionTiles#tiles}.
   *
   * @param q {@code [N, H·headDim]}
   * @param cache of {@link #keyValuePanels}, for the heads of the tiles
   * @param tiles of {@link AttentionTiles#addStep} alone; their key rows are rows of the cache
   */
  void stepAttention(
      Matrix q,
      KeyValuePanels cache,
      AttentionTiles tiles,
      Matrix out,
      int from,
      int to,
      Scratch scratch);

  /**
   * Gradients of {@link #attention} over packed tokens: dq, dk, dv of all rows are overwritten.
   * What a group adds to keys that it only continues goes to parts, which {@link
   * RowKernels#scatterAddRows} then adds to dk and dv. Split: {@link AttentionTiles#gradientTiles}.
   */
  void attentionGradient(Gradient gradient, int from, int to, Scratch scratch);
}
