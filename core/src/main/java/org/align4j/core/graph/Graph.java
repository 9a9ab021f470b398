package org.align4j.core.graph;

import com.google.common.collect.ImmutableList;
import org.align4j.core.engine.Head;

/**
 * A recorded network: what an engine plans over. There is no memory in it.
 *
 * @param operations in the order of the definition, which is a valid order of execution
 * @param head what follows them at the labelled rows
 * @param activations number of activation nodes; their ids are below it
 * @param maxPositions longest sequence
 * @param tokenLimit token ids are below this
 */
public record Graph(
    ImmutableList<PlanOp> operations,
    Head<PlanNode> head,
    int activations,
    int maxPositions,
    int tokenLimit) {

  /** Labels are below this. */
  public int labelLimit() {
    return head instanceof Head.Language<PlanNode> h ? h.weight().rows() : Integer.MAX_VALUE;
  }

  /** The final hidden state. */
  public PlanNode hidden() {
    return head.hidden();
  }
}
