package org.align4j.core.ops;

import org.jspecify.annotations.Nullable;

/**
 * The vocabulary that models are written in, once; each engine interprets it in its own way.
 *
 * <p>Axis letters: N packed tokens, D hidden, V vocabulary, H heads, M labelled rows. All values
 * are float32 (float64 where the engine was asked for it), all activations are two-dimensional
 * {@code [N, columns]}. Which tokens form a sequence, and what several begin with, is a property of
 * the batch ({@link org.align4j.core.engine.SequenceLayout}) and not of the model: the engine
 * applies it in {@link #attention}.
 *
 * @param <T> a node of the engine's graph
 */
public interface Ops<T> {

  /** The trainable parameter of this name, as the network definition declares it. */
  T parameter(String name);

  /** Rows of a table: {@code [V,D],[N] -> [N,D]}. */
  T embedding(T table, T ids);

  /**
   * Root-mean-square norm, {@code x · weight / sqrt(mean(x²) + eps)}. A weight {@code [d]} on
   * {@code [N, k·d]} normalises each block of d columns by itself (Qwen3's per-head norms).
   */
  T rmsNorm(T x, T weight, float eps);

  /**
   * Layer norm over the columns: {@code (x − mean) / sqrt(var + eps) · weight + bias}, variance
   * with ddof 0.
   */
  T layerNorm(T x, T weight, T bias, float eps);

  /**
   * Matrix product {@code [N,in] -> [N,out]} plus a bias {@code [out]}, the weight as its
   * checkpoint stores it.
   */
  T linear(T x, T weight, @Nullable T bias, WeightLayout layout);

  /** Columns {@code [from, to)}: splits fused projections. */
  T columns(T x, int from, int to);

  /** Rotary positions in the split-half form on {@code [N, k·headDim]}; {@code positions [N]}. */
  T rope(T x, RopeTable table, T positions);

  /**
   * Causal grouped-query attention with scale {@code 1/sqrt(headDim)}: {@code q [N, H·headDim]},
   * {@code k, v [N, Hk·headDim] -> [N, H·headDim]}. A token attends to all that its segment
   * continues and to its segment up to itself.
   */
  T attention(T q, T k, T v, Heads heads);

  /** {@code silu(gate) ⊙ up}. */
  T swiGlu(T gate, T up);

  /** Gaussian error linear unit in the form named. */
  T gelu(T x, Gelu form);

  /** Sum of two arrays of one shape. */
  T add(T a, T b);

  /**
   * Log-probability and entropy {@code [M]} of {@code softmax(hidden[rows] · headᵀ / temperature)}
   * at {@code labels [M]}. Rows may repeat: the last row of a shared prompt scores the first token
   * of every sample.
   *
   * @param hidden {@code [N,D]}
   * @param head {@code [V,D]}
   * @param temperature a scalar input, above 0
   */
  TokenScores<T> tokenScores(T hidden, T head, T rows, T labels, T temperature);

  /**
   * {@code hidden[rows] · weight + bias}, {@code [M]}: values and rewards. {@code weight [1,D]},
   * {@code bias [1]}.
   */
  T scalarHead(T hidden, T weight, @Nullable T bias, T rows);
}
