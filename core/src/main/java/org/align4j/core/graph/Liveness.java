package org.align4j.core.graph;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ops.Ops.Op.View;
import org.jspecify.annotations.Nullable;

/** Who makes and who reads each activation, over the operations that the head depends on. */
public final class Liveness {

  private final ImmutableList<PlanOp> operations;
  private final int[] producer;
  private final List<List<Integer>> consumers = new ArrayList<>();
  private final PlanNode hidden;

  /** Liveness of a graph. */
  public Liveness(Graph graph) {
    this.hidden = graph.hidden();
    boolean[] live = new boolean[graph.activations()];
    live[hidden.id()] = true;
    List<PlanOp> reversed = new ArrayList<>();
    for (PlanOp op : graph.operations().reverse()) {
      if (live[op.out().id()]) {
        reversed.add(op);
        op.inputs().forEach(x -> live[x.id()] = true);
      }
    }
    this.operations = ImmutableList.copyOf(reversed).reverse();
    this.producer = new int[graph.activations()];
    for (int v = 0; v < graph.activations(); v++) {
      consumers.add(new ArrayList<>());
    }
    for (int i = 0; i < operations.size(); i++) {
      producer[operations.get(i).out().id()] = i;
      for (PlanNode x : operations.get(i).inputs()) {
        if (!consumers.get(x.id()).contains(i)) {
          consumers.get(x.id()).add(i);
        }
      }
    }
  }

  /** The live operations, in order. */
  public ImmutableList<PlanOp> operations() {
    return operations;
  }

  /** Place of the operation that makes x. */
  public int producer(PlanNode x) {
    return producer[x.id()];
  }

  /** The operation that makes x. */
  public PlanOp maker(PlanNode x) {
    return operations.get(producer(x));
  }

  /** PlanOps that read x, in order. */
  public List<Integer> consumers(PlanNode x) {
    return consumers.get(x.id());
  }

  /** What x is some columns of, where these columns share its memory; null for none. */
  public @Nullable View<PlanNode> partOf(PlanNode x) {
    View<PlanNode> view = maker(x).op().view();
    return view != null && splitApart(view.whole()) ? view : null;
  }

  /** Whether operation i is the last to read x, and x's memory is x's alone. */
  public boolean diesAt(PlanNode x, int i) {
    if (x == hidden) {
      return false;
    }
    for (int c : consumers(x)) {
      if (c > i || operations.get(c).op().view() != null) {
        return false;
      }
    }
    return maker(x).op().view() == null || partOf(x) != null;
  }

  /** Whether x is only ever split into columns that neither overlap nor leave a gap. */
  public boolean splitApart(PlanNode x) {
    boolean[] taken = new boolean[x.columns()];
    int count = 0;
    for (int c : consumers(x)) {
      View<PlanNode> part = operations.get(c).op().view();
      if (x == hidden || part == null) {
        return false;
      }
      for (int j = part.from(); j < part.from() + operations.get(c).out().columns(); j++) {
        if (taken[j]) {
          return false;
        }
        taken[j] = true;
        count++;
      }
    }
    return count == x.columns();
  }
}
