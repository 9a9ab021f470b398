package org.align4j.core.kernel.vector;

import org.align4j.core.kernel.ActivationKernels;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.RowKernels;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.align4j.core.kernel.vector.product.VectorProducts;

/**
 * The kernels on the Vector API, for the preferred lanes of the processor (16, 8 or 4). Load this
 * class only where {@code jdk.incubator.vector} is resolved.
 */
public final class VectorKernels implements Kernels {

  private final ProductKernels products = new VectorProducts();
  private final RowKernels rows = new VectorRows();
  private final NormKernels norms = new VectorNorms();
  private final ActivationKernels activations = new VectorActivations();
  private final AttentionKernels attention = new VectorAttentionKernels();
  private final HeadKernels heads = new VectorHead();
  private final OptimiserKernels optimiser = new VectorOptimiser();

  @Override
  public String name() {
    return "vector (" + Lanes.COUNT + " lanes)";
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
