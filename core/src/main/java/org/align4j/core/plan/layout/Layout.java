package org.align4j.core.plan.layout;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.Liveness;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.graph.TrainedPaths;
import org.align4j.core.ops.Ops.Op.View;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a graph and the place of every buffer. Without training a handful of buffers is
 * used again and again; with training the values that the backward pass reads are kept, cheap ones
 * are made again when their turn comes, and gradients live from their first to their last use. With
 * {@link Checkpoints} only those are kept, and all others are made again, segment by segment.
 */
public final class Layout {

  private final Liveness liveness;
  private final ImmutableList<PlanOp> operations;
  private final @Nullable TrainedPaths paths;
  private final @Nullable Checkpoints checkpoints;
  private final boolean training;
  private final List<Step> steps = new ArrayList<>();
  private final List<Storage> storages = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final @Nullable Slot[] values;
  private final @Nullable Slot[] recomputed;
  private final GradientSlots gradients;
  private final Map<PlanOp, OpTraits> traits = new HashMap<>();
  private final Map<PlanOp, Slot> statistics = new HashMap<>();
  private final Map<PlanOp, Slot> scratch = new HashMap<>();
  private final PlanNode hidden;

  /**
   * A layout.
   *
   * @param traits of each op
   * @param paths that a backward pass takes
   */
  public static Layout of(
      Graph graph,
      Function<PlanOp, ? extends OpTraits> traits,
      TrainedPaths paths,
      Backward backward) {
    return switch (backward) {
      case NONE -> new Layout(graph, new Liveness(graph), traits, null, null);
      case KEEP -> new Layout(graph, new Liveness(graph), traits, paths, null);
      case RECOMPUTE -> Checkpoints.layout(graph, traits, paths);
    };
  }

  Layout(
      Graph graph,
      Liveness liveness,
      Function<PlanOp, ? extends OpTraits> traits,
      @Nullable TrainedPaths paths,
      @Nullable Checkpoints checkpoints) {
    this.liveness = liveness;
    this.paths = paths;
    this.checkpoints = checkpoints;
    this.operations = liveness.operations();
    operations.forEach(op -> this.traits.put(op, traits.apply(op)));
    this.training = paths != null;
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

  /** The ops that the head depends on, in order. */
  public ImmutableList<PlanOp> operations() {
    return operations;
  }

  /** The schedule. */
  public ImmutableList<Step> steps() {
    return ImmutableList.copyOf(steps);
  }

  /** All that needs room in the arena. */
  public ImmutableList<Storage> storages() {
    return ImmutableList.copyOf(storages);
  }

  /** All that follows its storage when the arena moves. */
  public ImmutableList<Slot> slots() {
    return ImmutableList.copyOf(slots);
  }

  /** Where gradients lie. */
  public GradientSlots gradients() {
    return gradients;
  }

  /** Where the forward pass puts x. */
  public Slot value(PlanNode x) {
    Slot slot = values[x.id()];
    if (slot == null) {
      throw new IllegalStateException(x + " is read before it is made");
    }
    return slot;
  }

  /** Where the backward pass finds x. */
  public Slot backwardValue(PlanNode x) {
    Slot slot = recomputed[x.id()];
    return slot == null ? value(x) : slot;
  }

  /**
   * What the forward pass of an op leaves for its backward pass; null without a backward pass, or
   * where it leaves nothing.
   */
  public @Nullable Slot statistics(PlanOp op) {
    return statistics.get(op);
  }

  /** What the backward pass of an op works in; null for none. */
  public @Nullable Slot scratch(PlanOp op) {
    return scratch.get(op);
  }

  OpTraits traits(PlanOp op) {
    OpTraits found = traits.get(op);
    if (found == null) {
      throw new IllegalStateException(op + " is not of this graph");
    }
    return found;
  }

  /** Whether a backward pass makes a gradient of x. */
  boolean needsGradient(PlanNode x) {
    return paths != null && paths.needsGradient(x);
  }

  /** Floats per token. */
  public long columns() {
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

  /** Makes a slot follow its storage. */
  public Slot add(Slot slot) {
    slots.add(slot);
    return slot;
  }

  private void forward() {
    for (int i = 0; i < operations.size(); i++) {
      PlanOp op = operations.get(i);
      int time = steps.size();
      steps.add(new Step(Step.Pass.FORWARD, i));
      for (PlanNode x : op.inputs()) {
        value(x).storage().use(time);
      }
      Slot slot = forwardSlot(op, i, time);
      slot.storage().use(time);
      values[op.out().id()] = slot;
      if (needsGradient(op.out()) && traits(op).statistics() > 0) {
        statistics.put(op, open(traits(op).statistics(), time));
      }
    }
    value(hidden).storage().use(steps.size());
    steps.add(new Step(Step.Pass.HEAD_FORWARD, operations.size()));
  }

  private Slot forwardSlot(PlanOp op, int i, int time) {
    View<PlanNode> view = op.op().view();
    if (view != null) {
      return add(value(view.whole()).part(view.from(), op.out().columns()));
    }
    if (traits(op).inPlace()) {
      for (PlanNode x : op.inputs()) {
        boolean kept = training && readBackward(x) && !isRemade(x);
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
      PlanOp op = operations.get(i);
      if (!needsGradient(op.out())) {
        continue;
      }
      if (traits(op).backwardReadsInputs()) {
        op.inputs().forEach(this::recompute);
      }
      if (traits(op).backwardReadsOutput()) {
        recompute(op.out());
      }
      time = steps.size();
      steps.add(new Step(Step.Pass.BACKWARD, i));
      if (traits(op).backwardReadsInputs()) {
        for (PlanNode x : op.inputs()) {
          backwardValue(x).storage().use(time);
        }
      }
      backwardMemory(op, time);
      gradients.backward(op, i, time);
    }
  }

  /** Whether a backward step reads the value of x, or something that is made again from it. */
  private boolean readBackward(PlanNode x) {
    return x == hidden
        || (needsGradient(x) && traits(liveness.maker(x)).backwardReadsOutput())
        || liveness.consumers(x).stream().map(operations::get).anyMatch(this::readsBackward);
  }

  private boolean readsBackward(PlanOp op) {
    OpTraits traits = traits(op);
    return (needsGradient(op.out()) && traits.backwardReadsInputs())
        || (isRemade(op.out()) && readBackward(op.out()));
  }

  /** Whether the backward pass makes x again instead of keeping it. */
  private boolean isRemade(PlanNode x) {
    return traits(liveness.maker(x)).cheap() || (checkpoints != null && !checkpoints.keeps(x));
  }

  private void backwardMemory(PlanOp op, int time) {
    if (traits(op).backwardReadsOutput()) {
      backwardValue(op.out()).storage().use(time);
    }
    Slot kept = statistics.get(op);
    if (kept != null) {
      kept.storage().use(time);
    }
    if (traits(op).backwardScratch() > 0) {
      scratch.put(op, open(traits(op).backwardScratch(), time));
    }
  }

  /** Schedules x to be made again unless it was kept. */
  private void recompute(PlanNode x) {
    if (!isRemade(x) || recomputed[x.id()] != null) {
      return;
    }
    PlanOp maker = liveness.maker(x);
    maker.inputs().forEach(this::recompute);
    View<PlanNode> view = maker.op().view();
    if (view != null) {
      recomputed[x.id()] = add(backwardValue(view.whole()).part(view.from(), x.columns()));
      return;
    }
    int time = steps.size();
    steps.add(new Step(Step.Pass.RECOMPUTE, liveness.producer(x)));
    for (PlanNode input : maker.inputs()) {
      backwardValue(input).storage().use(time);
    }
    recomputed[x.id()] = open(x.columns(), time);
    Slot remade = statistics.get(maker);
    if (remade != null) {
      remade.storage().open(time);
    }
  }
}
