package org.align4j.cuda.engine.op;

import static com.google.common.base.Preconditions.checkNotNull;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.graph.TrainedPaths;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Layout;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.layout.Step;
import org.align4j.core.plan.layout.Storage;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A graph laid out over one arena of device memory. The arena is laid out per token: more tokens
 * than ever before move it to larger memory, fewer use the front of every buffer. A pass only
 * launches: it allocates, copies and waits for nothing, so that it can be recorded.
 */
public final class CudaPlan implements AutoCloseable {

  private final CudaContext context;
  private final Layout layout;
  private final Map<PlanOp, OpCuda> ops;
  private final OpRun run;
  private final ImmutableList<Step> forward;
  private final ImmutableList<Step> beforeHead;
  private final ImmutableList<Step> behindHead;
  private final ImmutableList<Storage> kept;
  private final Slot hidden;
  private final @Nullable Slot backwardHidden;
  private final @Nullable Slot hiddenGradient;
  private final DeviceBuffer arena;
  private final DeviceBuffer compacted;
  private final DeviceBuffer keptRows;
  private int capacity;
  private int moves;

  /**
   * A plan.
   *
   * @param backward what is kept for a backward pass
   * @param cache of a decoder; null for none
   */
  public CudaPlan(
      Graph graph, Backward backward, CudaContext context, @Nullable CachedAttention cache) {
    this.context = context;
    Predicate<PlanNode> trained = context.weights()::trains;
    this.ops = ops(graph, trained);
    this.layout = Layout.of(graph, ops::get, new TrainedPaths(graph, trained), backward);
    this.run = new OpRun(context, layout, cache);
    ops.values().forEach(op -> op.prepare(run));
    this.arena = new DeviceBuffer(context.device());
    this.compacted = new DeviceBuffer(context.device());
    this.keptRows = new DeviceBuffer(context.device());
    List<Step> steps = layout.steps();
    int headTime = times(steps, Step.Pass.HEAD_FORWARD);
    this.forward = ImmutableList.copyOf(steps.subList(0, headTime));
    boolean training = backward != Backward.NONE;
    int headBack = training ? times(steps, Step.Pass.HEAD_BACKWARD) : steps.size();
    this.beforeHead =
        training ? ImmutableList.copyOf(steps.subList(headTime + 1, headBack)) : ImmutableList.of();
    this.behindHead =
        training
            ? ImmutableList.copyOf(steps.subList(headBack + 1, steps.size()))
            : ImmutableList.of();
    this.kept =
        layout.storages().stream()
            .filter(storage -> storage.spans(headTime))
            .collect(ImmutableList.toImmutableList());
    this.hidden = layout.value(graph.hidden());
    this.backwardHidden = training ? layout.backwardValue(graph.hidden()) : null;
    this.hiddenGradient = training ? layout.gradients().head() : null;
  }

  private static int times(List<Step> steps, Step.Pass pass) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).pass() == pass) {
        return i;
      }
    }
    throw new IllegalStateException("no " + pass);
  }

  private static Map<PlanOp, OpCuda> ops(Graph graph, Predicate<PlanNode> trained) {
    Map<PlanOp, OpCuda> ops = new HashMap<>();
    graph.operations().forEach(op -> ops.put(op, OpCuda.of(op, trained)));
    return ops;
  }

  /** Bytes of a plan's arena per token, whatever runs it. */
  public static long bytesPerToken(Graph graph, Predicate<PlanNode> trained, Backward backward) {
    Map<PlanOp, OpCuda> ops = ops(graph, trained);
    var paths = new TrainedPaths(graph, trained);
    return Layout.of(graph, ops::get, paths, backward).columns() * Float.BYTES;
  }

  /** Makes room for so many tokens; what the arena held is lost if it has to move. */
  public void reserve(int tokens, int limit) {
    if (tokens <= capacity) {
      return;
    }
    int room = Math.max(tokens, Math.min(limit, capacity + capacity / 2));
    // Whole rows of 16 keep every buffer aligned for wide loads.
    room = (room + 15) / 16 * 16;
    arena.reserve(layout.columns() * Float.BYTES * room);
    capacity = room;
    moves++;
    run.bind(arena.address(), capacity);
  }

  /** Changes when buffers have moved: what was recorded before is void. */
  public int moves() {
    return moves;
  }

  /** Runs the batch up to the hidden state. */
  public void forward() {
    run(forward, layout::value);
  }

  /** The final hidden states of the batch. */
  public DeviceMatrix hidden() {
    return run.matrix(hidden);
  }

  /** The final hidden states as the backward pass finds them, after {@link #beginBackward}. */
  public DeviceMatrix backwardHidden() {
    return run.matrix(present(backwardHidden));
  }

  /** What the head adds its gradient to. */
  public DeviceMatrix hiddenGradient() {
    return run.matrix(present(hiddenGradient));
  }

  /** Gets the hidden state and its gradient, all zeros, ready for the head. */
  public void beginBackward() {
    run(beforeHead, layout::backwardValue);
    run.zero(present(hiddenGradient));
  }

  /** Runs all operations backwards, from the hidden state's gradient. */
  public void backward() {
    run(behindHead, layout::backwardValue);
  }

  private void run(ImmutableList<Step> steps, OpCuda.Values values) {
    for (Step step : steps) {
      OpCuda op = checkNotNull(ops.get(layout.operations().get(step.operation())));
      if (step.pass() == Step.Pass.BACKWARD) {
        backward(op);
      } else {
        op.forward(run, values);
      }
    }
  }

  private void backward(OpCuda op) {
    List<Write> writes = layout.gradients().writes(op.place());
    op.backward(run, layout.gradients().of(op.place().out()), writes);
    for (Write write : writes) {
      if (write.mode() == Mode.SPILL) {
        run.accumulate(write.kernelTarget(), write.target());
      }
    }
  }

  /**
   * Moves the rows that are kept for the backward pass together, through a second buffer; the batch
   * holds no more than these by now.
   *
   * @param rows ascending
   * @param count how many of them
   */
  public void keepRows(int[] rows, int count) {
    long index = keptRows.set(rows, count);
    for (Storage storage : kept) {
      DeviceMatrix there = run.matrix(Slot.whole(storage), capacity);
      DeviceMatrix moved =
          DeviceMatrix.dense(
              compacted.reserve((long) Float.BYTES * count * there.columns()),
              count,
              there.columns());
      context.kernels().rows().gatherRows(there, index, moved, count, there.columns());
      context
          .device()
          .copy(moved.address(), there.address(), (long) Float.BYTES * count * there.columns());
    }
  }

  private static Slot present(@Nullable Slot slot) {
    checkState(slot != null, "this plan has no backward pass");
    return slot;
  }

  @Override
  public void close() {
    arena.close();
    compacted.close();
    keptRows.close();
    run.close();
    capacity = 0;
  }
}
