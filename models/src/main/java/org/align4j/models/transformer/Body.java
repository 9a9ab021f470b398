package org.align4j.models.transformer;

import org.align4j.core.engine.Inputs;
import org.align4j.core.ops.Ops;

/** A decoder without its head. */
public interface Body {

  /**
   * Builds the graph from tokens {@code [N]} and positions {@code [N]} to the hidden state {@code
   * [N,D]} after the last norm. It is called once for each graph that an engine needs, and must
   * build the same one each time.
   */
  <T> T build(Ops<T> ops, Inputs<T> inputs);
}
