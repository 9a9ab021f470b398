package org.align4j.core.tensor;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Gradients of {@link Parameters} in one flat buffer, so that clip, optimiser and all-reduce are
 * single passes. An engine may keep them elsewhere: then the buffer in host memory is a copy that
 * whoever asks for it gets brought up to date.
 */
public final class Gradients implements AutoCloseable {

  private final Parameters parameters;
  private final @Nullable Elsewhere elsewhere;
  private @Nullable INDArray flat;

  /** Gradients that are not in host memory. */
  public interface Elsewhere {

    /** Brings a host copy {@code [P]} up to date; it holds what was last read or written. */
    void read(INDArray flat);

    /** Takes over what was written to a host copy. */
    void write(INDArray flat);

    /** Sets all to zero, not the host copy. */
    void zero();
  }

  /** Zeros for the parameters given. */
  public Gradients(Parameters parameters) {
    this.parameters = parameters;
    this.elsewhere = null;
    host();
  }

  /** Gradients of an engine that keeps them itself. There is no host copy before {@link #flat}. */
  public Gradients(Parameters parameters, Elsewhere elsewhere) {
    this.parameters = parameters;
    this.elsewhere = elsewhere;
  }

  /** The parameters these are the gradients of. */
  public Parameters parameters() {
    return parameters;
  }

  /**
   * All gradients, {@code [P]}, in the order of {@link Parameters#names}. After writing to them
   * call {@link #changed}.
   */
  public INDArray flat() {
    INDArray host = host();
    if (elsewhere != null) {
      elsewhere.read(host);
    }
    return host;
  }

  private INDArray host() {
    INDArray made = flat;
    if (made == null) {
      made = Nd4j.create(parameters.dataType(), parameters.size());
      flat = made;
    }
    return made;
  }

  /** Tells the engine that {@link #flat} was written to. */
  public void changed() {
    if (elsewhere != null) {
      elsewhere.write(host());
    }
  }

  /** The gradient of one parameter, in its shape: a live view of the flat buffer. */
  public INDArray view(String name) {
    long from = parameters.offset(name);
    INDArray parameter = parameters.get(name);
    return flat()
        .get(NDArrayIndex.interval(from, from + parameter.length()))
        .reshape('c', parameter.shape());
  }

  /** The gradient of one parameter, in its shape: a copy. */
  public INDArray get(String name) {
    return view(name).dup('c');
  }

  /** Sets all gradients to zero. */
  public void zero() {
    if (elsewhere == null) {
      host().assign(0);
    } else {
      elsewhere.zero();
    }
  }

  @Override
  public void close() {
    if (flat != null) {
      flat.close();
    }
  }
}
