package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Gelu;

/** Elementwise functions of activations. Conventions: {@link Kernels}. */
public interface ActivationKernels {

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
}
