package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;

/** Copies, sums and rotations of rows. Conventions: {@link Kernels}. */
public interface RowKernels {

  /** {@code y[n] = x[indices[n]]}: an embedding, where x is its table. Split: rows n. */
  void gatherRows(Matrix x, int[] indices, Matrix y, int from, int to);

  /** {@code y[indices[n]] = x[n]}; indices are distinct (a cache is written so). Split: rows n. */
  void scatterRows(Matrix x, int[] indices, Matrix y, int from, int to);

  /**
   * {@code y[indices[n]] += x[n]} for n in order, n below {@code rows}: the gradient of {@link
   * #gatherRows}. Split: columns.
   */
  void scatterAddRows(Matrix x, int[] indices, int rows, Matrix y, int from, int to);

  /** {@code y = x}: a slice of columns out of a wider matrix, or into one. Split: rows. */
  void copy(Matrix x, Matrix y, int from, int to);

  /** {@code y = a + b}; y may be a or b. Split: rows. */
  void add(Matrix a, Matrix b, Matrix y, int from, int to);

  /** {@code y = factor · x}; y may be x. Split: rows. */
  void scale(Matrix x, float factor, Matrix y, int from, int to);

  /** {@code y += x}. Split: rows. */
  default void accumulate(Matrix x, Matrix y, int from, int to) {
    add(y, x, y, from, to);
  }

  /** {@code dBias[c] += Σ_n dy[n,c]}, rows below {@code rows} in order. Split: columns. */
  void biasGradient(Matrix dy, int rows, NativeFloats dBias, int from, int to);

  /**
   * Rotates the first 2h columns of each head of each row in place, split-half form: {@code (a, b)
   * -> (a·cos − b·sin, b·cos + a·sin)} with a, b the halves of those columns. {@code inverse}
   * rotates back: the gradient. Split: rows.
   *
   * @param headDim columns of a head, at least 2h
   * @param cos {@code [positions, h]}, as sin
   * @param positions of each row
   */
  void rope(
      Matrix x,
      int headDim,
      Matrix cos,
      Matrix sin,
      int[] positions,
      boolean inverse,
      int from,
      int to);

  /** {@code x = 0}. Split: floats. */
  void zero(NativeFloats x, long from, long to);
}
