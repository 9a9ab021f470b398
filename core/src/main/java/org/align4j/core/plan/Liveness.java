package org.align4j.core.plan;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.plan.Operation.Attention;
import org.align4j.core.plan.Operation.Columns;

/** Who makes and who reads each activation, over the operations that the head depends on. */
final class Liveness {

  private final ImmutableList<Operation> operations;
  private final int[] producer;
  private final List<List<Integer>> consumers = new ArrayList<>();
  private final PlanNode hidden;

  Liveness(Graph graph) {
    this.hidden = graph.hidden();
    boolean[] live = new boolean[graph.activations()];
    live[hidden.id()] = true;
    List<Operation> reversed = new ArrayList<>();
    for (Operation op : graph.operations().reverse()) {
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
  ImmutableList<Operation> operations() {
    return operations;
  }

  int producer(PlanNode x) {
    return producer[x.id()];
  }

  Operation maker(PlanNode x) {
    return operations.get(producer(x));
  }

  /** Operations that read x, in order. */
  List<Integer> consumers(PlanNode x) {
    return consumers.get(x.id());
  }

  /** Whether a backward step reads the value of x. */
  boolean readBackward(PlanNode x) {
    return x == hidden
        || maker(x) instanceof Attention
        || consumers(x).stream().anyMatch(i -> operations.get(i).backwardReadsInputs());
  }

  /** Whether operation i is the last to read x, and x's memory is x's alone. */
  boolean diesAt(PlanNode x, int i) {
    if (x == hidden) {
      return false;
    }
    for (int c : consumers(x)) {
      if (c > i || operations.get(c) instanceof Columns) {
        return false;
      }
    }
    return !(maker(x) instanceof Columns part) || splitApart(part.x());
  }

  /** Whether x is only ever split into columns that neither overlap nor leave a gap. */
  boolean splitApart(PlanNode x) {
    boolean[] taken = new boolean[x.columns()];
    int count = 0;
    for (int c : consumers(x)) {
      if (x == hidden || !(operations.get(c) instanceof Columns part)) {
        return false;
      }
      for (int j = part.from(); j < part.from() + part.out().columns(); j++) {
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
