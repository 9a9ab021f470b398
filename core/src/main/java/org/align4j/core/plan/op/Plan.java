package org.align4j.core.plan.op;

import static com.google.common.base.Preconditions.checkNotNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.graph.TrainedPaths;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Layout;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.layout.Step;
import org.align4j.core.plan.layout.Storage;
import org.align4j.core.plan.run.KeyValueCaches;
import org.align4j.core.plan.run.LinearGroup;
import org.align4j.core.plan.run.RopeTables;
import org.align4j.core.plan.run.Stage;
import org.jspecify.annotations.Nullable;

/**
 * A graph made into stages over one arena. The arena is laid out per token: more tokens than ever
 * before move it to larger memory, fewer use the front of every buffer.
 */
public final class Plan implements AutoCloseable {

  private final Stage.Context context;
  private final Layout layout;
  private final NativeMemory memory = new NativeMemory();
  private final Stage[] forward;
  private final Stage[] beforeHead;
  private final Stage[] backwardStages;
  private final Storage[] kept;
  private final OpRun run;
  private final Slot hidden;
  private final @Nullable Slot backwardHidden;
  private final @Nullable Slot hiddenGradient;
  private final @Nullable Stage zeroHiddenGradient;
  private final Task compaction = this::compact;
  private @Nullable NativeFloats arena;
  private int capacity;
  private int[] keptRows = new int[0];
  private int firstMoved;
  private int keptCount;

  /**
   * A plan.
   *
   * @param backward what is kept for a backward pass
   * @param caches of a decoder; null for none
   */
  public Plan(
      Graph graph,
      Backward backward,
      Stage.Context context,
      RopeTables ropes,
      @Nullable KeyValueCaches caches) {
    this.context = context;
    Predicate<PlanNode> trained = context.weights()::trains;
    Map<PlanOp, OpPlan> ops = ops(graph, trained);
    this.layout = Layout.of(graph, ops::get, new TrainedPaths(graph, trained), backward);
    this.hidden = layout.value(graph.hidden());
    this.run = new OpRun(context, layout, ropes, caches, memory);
    List<Stage> ahead = new ArrayList<>();
    List<Stage> between = new ArrayList<>();
    List<Stage> behind = new ArrayList<>();
    boolean headDone = false;
    int headTime = 0;
    for (Step step : layout.steps()) {
      switch (step.pass()) {
        case FORWARD -> ahead.add(op(ops, step).forward(run, layout::value));
        case HEAD_FORWARD -> headTime = ahead.size();
        case HEAD_BACKWARD -> headDone = true;
        case RECOMPUTE ->
            (headDone ? behind : between).add(op(ops, step).forward(run, layout::backwardValue));
        case BACKWARD -> behind.add(backward(op(ops, step), run));
      }
    }
    this.forward = LinearGroup.grouped(context.threads(), ahead).toArray(Stage[]::new);
    this.beforeHead = between.toArray(Stage[]::new);
    this.backwardStages = behind.toArray(Stage[]::new);
    int time = headTime;
    this.kept = layout.storages().stream().filter(s -> s.spans(time)).toArray(Storage[]::new);
    boolean training = backward != Backward.NONE;
    this.backwardHidden = training ? layout.backwardValue(graph.hidden()) : null;
    this.hiddenGradient = training ? layout.gradients().head() : null;
    this.zeroHiddenGradient = hiddenGradient == null ? null : run.zero(hiddenGradient);
  }

  private static Map<PlanOp, OpPlan> ops(Graph graph, Predicate<PlanNode> trained) {
    Map<PlanOp, OpPlan> ops = new HashMap<>();
    graph.operations().forEach(op -> ops.put(op, OpPlan.of(op, trained)));
    return ops;
  }

  private OpPlan op(Map<PlanOp, OpPlan> ops, Step step) {
    return checkNotNull(ops.get(layout.operations().get(step.operation())));
  }

  private Stage backward(OpPlan op, OpRun run) {
    List<Write> writes = layout.gradients().writes(op.place());
    List<Stage> stages = new ArrayList<>();
    stages.add(op.backward(run, layout.gradients().of(op.place().out()), writes));
    for (Write write : writes) {
      if (write.mode() == Mode.SPILL) {
        stages.add(run.accumulate(write.kernelTarget(), write.target()));
      }
    }
    return Stage.sequence(stages.toArray(Stage[]::new));
  }

  /** Bytes of a plan's arena per token, whatever runs it. */
  public static long bytesPerToken(Graph graph, Predicate<PlanNode> trained, Backward backward) {
    Map<PlanOp, OpPlan> ops = ops(graph, trained);
    var paths = new TrainedPaths(graph, trained);
    return Layout.of(graph, ops::get, paths, backward).columns() * Float.BYTES;
  }

  /** Bytes of the arena per token. */
  public long bytesPerToken() {
    return layout.columns() * Float.BYTES;
  }

  /** Makes room for so many tokens; what the arena held is lost if it has to move. */
  public void reserve(int tokens, int limit) {
    if (tokens <= capacity) {
      return;
    }
    int room = Math.max(tokens, Math.min(limit, capacity + capacity / 2));
    room = (room + 15) / 16 * 16;
    if (arena != null) {
      memory.free(arena);
    }
    arena = memory.allocate(layout.columns() * room);
    capacity = room;
    for (Storage storage : layout.storages()) {
      storage.bind(arena, capacity);
    }
    layout.slots().forEach(Slot::bind);
    run.bind();
  }

  /** Runs the batch up to the hidden state. */
  public void forward() {
    run(forward);
  }

  /** The final hidden state. */
  public Slot hidden() {
    return hidden;
  }

  /** The final hidden state as the backward pass finds it, after {@link #beginBackward}. */
  public Slot backwardHidden() {
    return present(backwardHidden);
  }

  /** What the head adds its gradient to. */
  public Slot hiddenGradient() {
    return present(hiddenGradient);
  }

  /** Gets the hidden state and its gradient, all zeros, ready for the head. */
  public void beginBackward() {
    run(beforeHead);
    if (zeroHiddenGradient != null) {
      zeroHiddenGradient.run();
    }
  }

  /** Runs all operations backwards, from the hidden state's gradient. */
  public void backward() {
    run(backwardStages);
  }

  /**
   * Moves the rows that are kept for the backward pass together.
   *
   * @param rows ascending
   * @param count how many of them
   */
  public void keepRows(int[] rows, int count) {
    keptRows = rows;
    keptCount = count;
    firstMoved = 0;
    while (firstMoved < count && rows[firstMoved] == firstMoved) {
      firstMoved++;
    }
    context.threads().run(compaction, kept.length, 1);
  }

  private void compact(int from, int to, Scratch scratch) {
    for (int i = from; i < to; i++) {
      // Row n comes from row keptRows[n] >= n, and rows are moved in order: none is lost.
      context
          .kernels()
          .rows()
          .gatherRows(kept[i].matrix(), keptRows, kept[i].matrix(), firstMoved, keptCount);
    }
  }

  private static void run(Stage[] stages) {
    for (Stage stage : stages) {
      stage.run();
    }
  }

  private static Slot present(@Nullable Slot slot) {
    if (slot == null) {
      throw new IllegalStateException("this plan has no backward pass");
    }
    return slot;
  }

  @Override
  public void close() {
    memory.close();
  }
}
