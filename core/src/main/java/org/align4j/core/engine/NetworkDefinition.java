package org.align4j.core.engine;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.ops.Ops;

/** A network written once over {@link Ops}; an {@link Engine} makes a {@link Network} of it. */
public interface NetworkDefinition {

  /** Shapes of all parameters by name, in checkpoint order. */
  ImmutableMap<String, long[]> parameterShapes();

  /** Number of tokens a sequence may have, prompt and response together. */
  int maxPositions();

  /**
   * Builds the network from the inputs to the head. It is called once for each graph an engine
   * needs.
   */
  <T> Head<T> build(Ops<T> ops, Inputs<T> inputs);
}
