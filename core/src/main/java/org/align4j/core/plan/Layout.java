package org.align4j.core.plan;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.plan.Operation.Attention;
import org.align4j.core.plan.Operation.Columns;
import org.align4j.core.plan.Operation.LayerNorm;
import org.align4j.core.plan.Operation.RmsNorm;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a graph and the place of every buffer. Without training a handful of buffers is
 * used again and again; with training the values that the backward pass reads are kept, cheap ones
 * are made again when their turn comes, and gradients live from their first to their last use.
 */
final class Layout {

  private final Liveness liveness;
  private final ImmutableList<Operation> operations;
  private final boolean training;
  private final List<Step> steps = new ArrayList<>();
  private final List<Storage> storages = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final @Nullable Slot[] values;
  private final @Nullable Slot[] recomputed;
  private final GradientSlots gradients;
  private final Map<Operation, Slot> extras = new HashMap<>();
  private final Map<Operation, ImmutableList<Slot>> attentionParts = new HashMap<>();
  private final PlanNode hidden;

  Layout(Graph graph, boolean training) {
    this.liveness = new Liveness(graph);
    this.operations = liveness.operations();
    this.training = training;
    this.hidden = graph.hidden();
    this.values = new Slot[graph.activations()];
    this.recomputed = new Slot[graph.activations()];
    this.gradients = new GradientSlots(this, liveness, graph.activations());
    forward();
    if (training) {
      backward();
    }
    Placement.place(storages);
  }

  ImmutableList<Operation> operations() {
    return operations;
  }

  ImmutableList<Step> steps() {
    return ImmutableList.copyOf(steps);
  }

  ImmutableList<Storage> storages() {
    return ImmutableList.copyOf(storages);
  }

  ImmutableList<Slot> slots() {
    return ImmutableList.copyOf(slots);
  }

  GradientSlots gradients() {
    return gradients;
  }

  /** Where the forward pass puts x. */
  Slot value(PlanNode x) {
    Slot slot = values[x.id()];
    if (slot == null) {
      throw new IllegalStateException(x + " is read before it is made");
    }
    return slot;
  }

  /** Where the backward pass finds x. */
  Slot backwardValue(PlanNode x) {
    Slot slot = recomputed[x.id()];
    return slot == null ? value(x) : slot;
  }

  /** Statistics of an operation: log-sum-exps of an attention, inverse deviations of a norm. */
  @Nullable Slot extra(Operation operation) {
    return extras.get(operation);
  }

  /** Room for the parts of dk and dv, see {@link Kernels#attentionGradient}. */
  ImmutableList<Slot> parts(Operation attention) {
    return attentionParts.getOrDefault(attention, ImmutableList.of());
  }

  /** Floats per token. */
  long columns() {
    long most = 0;
    for (Storage storage : storages) {
      most = Math.max(most, storage.offset() + storage.columns());
    }
    return most;
  }

  Slot open(int columns, int time) {
    Storage storage = new Storage(columns);
    storage.open(time);
    storages.add(storage);
    return add(Slot.whole(storage));
  }

  Slot add(Slot slot) {
    slots.add(slot);
    return slot;
  }

  private void forward() {
    for (int i = 0; i < operations.size(); i++) {
      Operation op = operations.get(i);
      int time = steps.size();
      steps.add(new Step(Step.Pass.FORWARD, i));
      for (PlanNode x : op.inputs()) {
        value(x).storage().use(time);
      }
      Slot slot = forwardSlot(op, i, time);
      slot.storage().use(time);
      values[op.out().id()] = slot;
      if (training && op instanceof Attention attention) {
        extras.put(op, open(attention.heads().query(), time));
      }
    }
    value(hidden).storage().use(steps.size());
    steps.add(new Step(Step.Pass.HEAD_FORWARD, operations.size()));
  }

  private Slot forwardSlot(Operation op, int i, int time) {
    if (op instanceof Columns part) {
      return add(value(part.x()).part(part.from(), part.out().columns()));
    }
    if (op.inPlace()) {
      for (PlanNode x : op.inputs()) {
        boolean kept = training && liveness.readBackward(x);
        if (!kept && liveness.diesAt(x, i) && x.columns() == op.out().columns()) {
          return value(x);
        }
      }
    }
    return open(op.out().columns(), time);
  }

  private void backward() {
    recompute(hidden);
    int time = steps.size();
    steps.add(new Step(Step.Pass.HEAD_BACKWARD, operations.size()));
    backwardValue(hidden).storage().use(time);
    gradients.head(hidden, time);
    for (int i = operations.size() - 1; i >= 0; i--) {
      Operation op = operations.get(i);
      if (op.backwardReadsInputs()) {
        op.inputs().forEach(this::recompute);
      }
      time = steps.size();
      steps.add(new Step(Step.Pass.BACKWARD, i));
      if (op.backwardReadsInputs()) {
        for (PlanNode x : op.inputs()) {
          backwardValue(x).storage().use(time);
        }
      }
      statistics(op, time);
      gradients.backward(op, i, time);
    }
  }

  private void statistics(Operation op, int time) {
    switch (op) {
      case Attention a -> {
        value(a.out()).storage().use(time);
        Slot logSumExp = extras.get(op);
        if (logSumExp != null) {
          logSumExp.storage().use(time);
        }
        Slot parts = open(2 * a.k().columns(), time);
        attentionParts.put(
            op,
            ImmutableList.of(
                add(parts.part(0, a.k().columns())),
                add(parts.part(a.k().columns(), a.k().columns()))));
      }
      case RmsNorm norm -> extras.put(op, open(norm.x().columns() / norm.weight().columns(), time));
      case LayerNorm norm -> extras.put(op, open(2, time));
      default -> {}
    }
  }

  /** Schedules x to be made again unless it was kept. */
  private void recompute(PlanNode x) {
    Operation maker = liveness.maker(x);
    if (!maker.cheap() || recomputed[x.id()] != null) {
      return;
    }
    maker.inputs().forEach(this::recompute);
    int time = steps.size();
    steps.add(new Step(Step.Pass.RECOMPUTE, liveness.producer(x)));
    for (PlanNode input : maker.inputs()) {
      backwardValue(input).storage().use(time);
    }
    recomputed[x.id()] = open(x.columns(), time);
  }
}
