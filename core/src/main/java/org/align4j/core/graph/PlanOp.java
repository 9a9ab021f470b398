package org.align4j.core.graph;

import com.google.common.collect.ImmutableList;
import org.align4j.core.ops.Ops.Op;

/**
 * One op of a recorded network.
 *
 * @param out the activation it makes
 * @param op what it is, over nodes of the graph
 */
public record PlanOp(PlanNode out, Op<PlanNode> op) {

  /** The activations it reads. */
  public ImmutableList<PlanNode> inputs() {
    return op.inputs();
  }
}
