package org.align4j.core.kernel;

import org.align4j.core.runtime.KernelChoice;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * What a plan computes with, on float32 in native memory. {@code VectorKernels} are fast, {@link
 * ScalarKernels} run anywhere; they give the same bits, and so do vectors of 4, 8 and 16 lanes.
 *
 * <p>Conventions. A kernel works on the range {@code [from, to)} of the axis that its description
 * names, and any split of that range gives the same bits: call it from a {@link Task}. Rows are
 * counted from the first row of each operand. A result is <em>overwritten</em> unless a flag {@code
 * add} says that it is added to. Operands may be the same memory where "in place" is said.
 *
 * <p>Each element of a result has one order of summation, whatever the number of rows, the split or
 * the threads: the same input gives the same bits in a batch of one and of a thousand. Nothing
 * allocates.
 */
public interface Kernels {

  /** Columns of the vocabulary over which {@link #sliceStatistics} sums at once. */
  int SLICE = 1024;

  /** Slices of a vocabulary, the last one shorter where it does not divide. */
  static int slices(int vocabulary) {
    return (vocabulary + SLICE - 1) / SLICE;
  }

  /**
   * Keys, by absolute position, between two updates of attention's running maximum; rows of a block
   * of {@link KeyValuePanels}.
   */
  int KEY_BLOCK = 32;

  /** Floats per tile of {@link #sumOfSquares}. */
  int SUM_TILE = 1 << 16;

  /** What these are, for a log: {@code vector (8 lanes)}. */
  String name();

  // ---- products ----

  /** Floats that {@code [depth, columns]} needs when packed. */
  long packedLength(int depth, int columns);

  /** Lays a packed matrix over memory; nothing is written. */
  PackedMatrix packed(NativeFloats memory, int depth, int columns);

  /**
   * Packs the right-hand side of a product. {@code OUT_IN}: source is {@code [columns, depth]}, a
   * checkpoint's weight; {@code IN_OUT}: {@code [depth, columns]}. The input gradient of a product
   * packs the weight under the other name: {@code dx += dy · W}. Split: panels {@code [0,
   * target.panels())}.
   */
  void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to);

  /** Number of tiles of a product of {@code rows} rows: what {@link #product} is split over. */
  int productTiles(int rows, PackedMatrix weight);

  /**
   * {@code y[rows, columns] = x[rows, depth] · weight (+ bias)}, or {@code y += x · weight} when
   * {@code add}. Each element is one chain of fused multiply-adds in the order of the depth, begun
   * at 0 (at y when {@code add}); the bias is added last. Split: {@link #productTiles}.
   *
   * @param bias {@code [columns]}, or null; null when {@code add}
   */
  void product(
      Matrix x,
      int rows,
      PackedMatrix weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch);

  /**
   * {@code y[rows, columns] += xᵀ · weight} with {@code x [depth, rows]}: weight gradients. For
   * {@code OUT_IN}, {@code dW [out,in] += dyᵀ · x}: x is dy, the right-hand side is the activation
   * packed as {@code IN_OUT} (depth N). For {@code IN_OUT} the two change places. Summed in the
   * order of the depth, begun at y when {@code add}, else at 0. Split: {@link #productTiles}.
   */
  void transposedProduct(
      Matrix x,
      int rows,
      PackedMatrix weight,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch);

  // ---- rows ----

  /** {@code y[n] = table[ids[n]]}. Split: rows n. */
  void embedding(Matrix table, int[] ids, Matrix y, int from, int to);

  /** {@code dTable[ids[n]] += dy[n]} for n in order, n below {@code rows}. Split: columns. */
  void embeddingGradient(Matrix dy, int[] ids, int rows, Matrix dTable, int from, int to);

  /** {@code y[n] = x[indices[n]]}. Split: rows n. */
  void gatherRows(Matrix x, int[] indices, Matrix y, int from, int to);

  /** {@code y[indices[n]] = x[n]}; indices are distinct (a cache is written so). Split: rows n. */
  void scatterRows(Matrix x, int[] indices, Matrix y, int from, int to);

  /** {@code y[indices[n]] += x[n]} for n in order, n below {@code rows}. Split: columns. */
  void scatterAddRows(Matrix x, int[] indices, int rows, Matrix y, int from, int to);

  // ---- norms ----

  /**
   * {@code y = x · weight / sqrt(mean(x²) + eps)} over each block of {@code weight.length()}
   * columns by itself. In place allowed. Split: rows.
   */
  void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to);

  /**
   * Input gradient of {@link #rmsNorm}, overwritten or added; dx may be dy. Writes {@code
   * inverse[n·blocks + b] = 1/sqrt(mean(x²) + eps)} for {@link #rmsNormWeightGradient}. Split:
   * rows.
   */
  void rmsNormGradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats inverse,
      int from,
      int to);

  /**
   * {@code dWeight[c] += Σ_n Σ_b dy · x · inverse}, rows n below {@code rows} in order. dy is the
   * gradient as it was before {@link #rmsNormGradient} overwrote it. Split: columns of the weight.
   */
  void rmsNormWeightGradient(
      Matrix x, Matrix dy, NativeFloats inverse, int rows, NativeFloats dWeight, int from, int to);

  /**
   * {@code y = (x − mean)/sqrt(var + eps) · weight + bias}, ddof 0. In place allowed. Split: rows.
   */
  void layerNorm(Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to);

  /**
   * Input gradient of {@link #layerNorm}, overwritten or added; dx may be dy. Writes {@code
   * statistics[2n], [2n+1]} = mean and 1/deviation. Split: rows.
   */
  void layerNormGradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats statistics,
      int from,
      int to);

  /** Adds the gradients of weight and bias, rows below {@code rows} in order. Split: columns. */
  void layerNormWeightGradient(
      Matrix x,
      Matrix dy,
      NativeFloats statistics,
      int rows,
      NativeFloats dWeight,
      NativeFloats dBias,
      int from,
      int to);

  // ---- elementwise ----

  /** {@code y = a + b}; y may be a or b. Split: rows. */
  void add(Matrix a, Matrix b, Matrix y, int from, int to);

  /** {@code y += x}. Split: rows. */
  void accumulate(Matrix x, Matrix y, int from, int to);

  /** {@code y = x}: a slice of columns out of a wider matrix, or into one. Split: rows. */
  void copy(Matrix x, Matrix y, int from, int to);

  /** {@code dBias[c] += Σ_n dy[n,c]}, rows below {@code rows} in order. Split: columns. */
  void biasGradient(Matrix dy, int rows, NativeFloats dBias, int from, int to);

  /**
   * Rotates each head of each row in place, split-half form: {@code (a, b) -> (a·cos − b·sin, b·cos
   * + a·sin)} with a, b the halves of the head. {@code inverse} rotates back: the gradient. Split:
   * rows.
   *
   * @param cos {@code [positions, headDim/2]}, as sin
   * @param positions of each row
   */
  void rope(Matrix x, Matrix cos, Matrix sin, int[] positions, boolean inverse, int from, int to);

  /** {@code y = gate · sigmoid(gate) · up}; y may be gate or up. Split: rows. */
  void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to);

  /**
   * Gradients of {@link #swiGlu}, overwritten; dGate and dUp may be gate, up or dy. Split: rows.
   */
  void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to);

  /** {@code y = gelu(x)}; y may be x. Split: rows. */
  void gelu(Matrix x, Gelu form, Matrix y, int from, int to);

  /** Gradient of {@link #gelu}, overwritten or added; dx may be dy or x. Split: rows. */
  void geluGradient(Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to);

  /** {@code x = 0}. Split: floats. */
  void zero(NativeFloats x, long from, long to);

  /** {@code x *= factor}. Split: floats. */
  void scale(NativeFloats x, float factor, long from, long to);

  /** {@code y += factor · x}. Split: floats. */
  void axpy(float factor, NativeFloats x, NativeFloats y, long from, long to);

  // ---- attention ----

  /**
   * Causal grouped-query attention with scale {@code 1/sqrt(headDim)}: each row of q attends to all
   * that its segment continues and to its segment up to itself. Keys are visited in blocks of
   * {@link #KEY_BLOCK} absolute positions with a running maximum and sum, so a row's bits depend
   * neither on its company nor on where the segments lie. Writes out and, for the gradient, {@code
   * logSumExp [N, H]}. Split: {@link AttentionTiles#tiles}.
   *
   * @param q {@code [N, H·headDim]}
   * @param k {@code [N, Hk·headDim]}, as v
   * @param logSumExp null where no gradient is wanted
   */
  void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      AttentionTiles tiles,
      Matrix out,
      @Nullable Matrix logSumExp,
      int from,
      int to,
      Scratch scratch);

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
   * What a group adds to keys that it only continues goes to parts, which {@link #scatterAddRows}
   * then adds to dk and dv. Split: {@link AttentionTiles#gradientTiles}.
   *
   * @param dkParts {@code [partRows, Hk·headDim]}, as dvParts; see {@link AttentionTiles#partRows}
   */
  void attentionGradient(
      Matrix q,
      Matrix k,
      Matrix v,
      AttentionTiles tiles,
      Matrix out,
      Matrix logSumExp,
      Matrix dOut,
      Matrix dq,
      Matrix dk,
      Matrix dv,
      Matrix dkParts,
      Matrix dvParts,
      int from,
      int to,
      Scratch scratch);

  // ---- heads ----

  /**
   * Of {@code z = logits / temperature} over each slice of {@link #SLICE} columns: {@code
   * statistics[n, 3s], [3s + 1], [3s + 2] = max, Σ exp(z − max), Σ exp(z − max)·(z − max)}, s from
   * {@code slice} on. The logits begin at vocabulary column {@code slice · SLICE} and hold one
   * slice or several. Split: rows.
   */
  void sliceStatistics(
      Matrix logits,
      float temperature,
      Matrix statistics,
      int slice,
      int from,
      int to,
      Scratch scratch);

  /**
   * Combines the slices in order: {@code logSumExp[n]} and {@code entropy[n]} (nats) of row n.
   * Split: rows.
   */
  void combineStatistics(
      Matrix statistics, int slices, NativeFloats logSumExp, NativeFloats entropy, int from, int to);

  /**
   * Gradient of log-prob and entropy to one slice of logits, in place: {@code dz_j = [dLogProb ·
   * (1[j = label] − p_j) − dEntropy · p_j · (log p_j + entropy)] / temperature}. Split: rows.
   *
   * @param column vocabulary column of the first logit
   */
  void logitsGradient(
      Matrix logits,
      int column,
      int[] labels,
      float temperature,
      NativeFloats logSumExp,
      NativeFloats entropy,
      float[] dLogProb,
      float @Nullable [] dEntropy,
      int from,
      int to);

  /**
   * Draws from {@code softmax(logits / temperature)} by inverting the cumulative sum at {@code
   * uniform} in [0,1).
   *
   * @param logits all V of them, of one row
   * @param statistics of that row, by {@link #sliceStatistics} for every slice
   */
  int sample(NativeFloats logits, float temperature, NativeFloats statistics, double uniform);

  /** The first of the largest. */
  int argMax(NativeFloats logits);

  /** {@code values[n] = x[rows[n]] · weight + bias}. Split: n. */
  void scalarHead(
      Matrix x, int[] rows, NativeFloats weight, @Nullable NativeFloats bias, NativeFloats values, int from, int to);

  /**
   * Gradients of {@link #scalarHead}, all added, n below {@code count} in order: {@code
   * dx[rows[n]]}, dWeight and dBias. Split: columns (the bias goes with column 0).
   */
  void scalarHeadGradient(
      Matrix x,
      int[] rows,
      int count,
      NativeFloats weight,
      float[] dValues,
      Matrix dx,
      NativeFloats dWeight,
      @Nullable NativeFloats dBias,
      int from,
      int to);

  // ---- optimiser ----

  /**
   * {@code partials[t] = Σ x²} in double over tile t of {@link #SUM_TILE} floats; add the partials
   * in order. Split: tiles.
   */
  void sumOfSquares(NativeFloats x, double[] partials, int from, int to);

  /**
   * AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW): with {@code g = gradientScale ·
   * gradient}: {@code θ −= lr·decay·θ; m = β1·m + (1−β1)·g; v = β2·v + (1−β2)·g²; θ −= lr ·
   * (m/(1−β1ᵗ)) / (sqrt(v/(1−β2ᵗ)) + eps)}. Split: floats.
   *
   * @param step t, from 1
   */
  void adamW(
      NativeFloats parameter,
      NativeFloats gradient,
      NativeFloats m,
      NativeFloats v,
      float gradientScale,
      double learningRate,
      double beta1,
      double beta2,
      double eps,
      double decay,
      int step,
      long from,
      long to);
}
