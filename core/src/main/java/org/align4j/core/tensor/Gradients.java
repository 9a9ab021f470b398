package org.align4j.core.tensor;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Gradients of {@link Parameters} in one flat buffer, so that clip, optimiser and all-reduce are
 * single passes.
 */
public final class Gradients implements AutoCloseable {

  private final Parameters parameters;
  private final INDArray flat;

  /** Zeros for the parameters given. */
  public Gradients(Parameters parameters) {
    this.parameters = parameters;
    this.flat = Nd4j.create(parameters.dataType(), parameters.size());
  }

  /** The parameters these are the gradients of. */
  public Parameters parameters() {
    return parameters;
  }

  /** All gradients, {@code [P]}, in the order of {@link Parameters#names}. */
  public INDArray flat() {
    return flat;
  }

  /** The gradient of one parameter, in its shape: a live view of the flat buffer. */
  public INDArray view(String name) {
    long from = parameters.offset(name);
    INDArray parameter = parameters.get(name);
    return flat.get(NDArrayIndex.interval(from, from + parameter.length()))
        .reshape('c', parameter.shape());
  }

  /** The gradient of one parameter, in its shape: a copy. */
  public INDArray get(String name) {
    return view(name).dup('c');
  }

  /** Sets all gradients to zero. */
  public void zero() {
    flat.assign(0);
  }

  @Override
  public void close() {
    flat.close();
  }
}
