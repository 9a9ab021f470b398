package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.ActivationKernels;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.RowKernels;

/**
 * The kernels without vectors: the fallback, with the bits of the vector kernels. Operations and
 * their order are theirs, see {@link org.align4j.core.kernel.SumTree}.
 */
public final class ScalarKernels implements Kernels {

  private final ProductKernels products = new ScalarProducts();
  private final RowKernels rows = new ScalarRows();
  private final NormKernels norms = new ScalarNorms();
  private final ActivationKernels activations = new ScalarActivations();
  private final AttentionKernels attention = new ScalarAttentionKernels();
  private final HeadKernels heads = new ScalarHead();
  private final OptimiserKernels optimiser = new ScalarOptimiser();

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public ProductKernels products() {
    return products;
  }

  @Override
  public RowKernels rows() {
    return rows;
  }

  @Override
  public NormKernels norms() {
    return norms;
  }

  @Override
  public ActivationKernels activations() {
    return activations;
  }

  @Override
  public AttentionKernels attention() {
    return attention;
  }

  @Override
  public HeadKernels heads() {
    return heads;
  }

  @Override
  public OptimiserKernels optimiser() {
    return optimiser;
  }
}
