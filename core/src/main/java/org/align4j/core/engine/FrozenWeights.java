package org.align4j.core.engine;

import com.google.common.collect.ImmutableList;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights that nobody trains, held once for all networks of a run: the base under adapters, and
 * with them the reference and the critic. Made by {@link Engine#freeze}; to be closed after the
 * networks that read them.
 */
public interface FrozenWeights extends AutoCloseable {

  /** Names of the parameters, in order. */
  ImmutableList<String> names();

  /** Number of elements of all of them. */
  long size();

  /** A new float32 array of a parameter's values; the caller closes it. */
  INDArray load(String name);

  @Override
  void close();
}
