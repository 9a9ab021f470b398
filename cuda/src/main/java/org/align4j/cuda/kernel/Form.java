package org.align4j.cuda.kernel;

/** Which operands of a product {@code c [m, n]} lie transposed in memory. */
public enum Form {
  /** {@code c = a · bᵀ}, a {@code [m, k]}, b {@code [n, k]}: a linear op, its weight as stored. */
  NT,
  /** {@code c = a · b}, a {@code [m, k]}, b {@code [k, n]}: the gradient of its input. */
  NN,
  /** {@code c = aᵀ · b}, a {@code [k, m]}, b {@code [k, n]}: the gradient of its weight. */
  TN
}
