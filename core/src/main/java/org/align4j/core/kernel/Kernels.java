package org.align4j.core.kernel;

/**
 * What a plan computes with, on float32 in native memory. {@code VectorKernels} are fast, {@code
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

  /** What these are, for a log: {@code vector (8 lanes)}. */
  String name();

  /** Matrix products. */
  ProductKernels products();

  /** Copies, sums and rotations of rows. */
  RowKernels rows();

  /** Norms of rows. */
  NormKernels norms();

  /** Elementwise functions of activations. */
  ActivationKernels activations();

  /** Attention. */
  AttentionKernels attention();

  /** Heads. */
  HeadKernels heads();

  /** Passes over all parameters. */
  OptimiserKernels optimiser();
}
