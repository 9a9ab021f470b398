package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.align4j.core.engine.Head;

/**
 * A recorded network.
 *
 * @param operations in the order of the definition, which is a valid order of execution
 * @param head what follows them at the labelled rows
 * @param activations number of activation nodes
 * @param maxPositions longest sequence
 */
record Graph(
    ImmutableList<Operation> operations, Head<PlanNode> head, int activations, int maxPositions) {

  Graph {
    for (Operation op : operations) {
      if (op instanceof Operation.Rope rope) {
        checkArgument(
            rope.table().positions() >= maxPositions,
            "the rotary table holds %s positions, sequences may have %s: make it larger",
            rope.table().positions(),
            maxPositions);
      }
      if (op instanceof Operation.Embedding e && e.ids().kind() == PlanNode.Kind.POSITIONS) {
        checkArgument(
            e.table().rows() >= maxPositions,
            "%s embeds fewer positions than the %s that sequences may have",
            e.table(),
            maxPositions);
      }
    }
  }

  /** Token ids are below this. */
  int tokenLimit() {
    int limit = Integer.MAX_VALUE;
    for (Operation op : operations) {
      if (op instanceof Operation.Embedding e && e.ids().kind() == PlanNode.Kind.TOKENS) {
        limit = Math.min(limit, e.table().rows());
      }
    }
    return limit;
  }

  /** Labels are below this. */
  int labelLimit() {
    return head instanceof Head.Language<PlanNode> h ? h.weight().rows() : Integer.MAX_VALUE;
  }

  PlanNode hidden() {
    return head.hidden();
  }
}
