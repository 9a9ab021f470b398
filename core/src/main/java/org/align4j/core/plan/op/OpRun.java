package org.align4j.core.plan.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.plan.layout.Layout;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Bound;
import org.align4j.core.plan.run.KeyValueCaches;
import org.align4j.core.plan.run.PackedRows;
import org.align4j.core.plan.run.RopeTables;
import org.align4j.core.plan.run.Stage;
import org.jspecify.annotations.Nullable;

/** What the stages of all ops of a plan share, and the stages that many of them are made of. */
final class OpRun {

  private final Stage.Context context;
  private final Kernels kernels;
  private final Layout layout;
  private final RopeTables ropes;
  private final @Nullable KeyValueCaches caches;
  private final NativeMemory memory;
  private final Map<Integer, PackedRows> packedRows = new HashMap<>();
  private final List<Runnable> bindings = new ArrayList<>();

  OpRun(
      Stage.Context context,
      Layout layout,
      RopeTables ropes,
      @Nullable KeyValueCaches caches,
      NativeMemory memory) {
    this.context = context;
    this.kernels = context.kernels();
    this.layout = layout;
    this.ropes = ropes;
    this.caches = caches;
    this.memory = memory;
  }

  Stage.Context context() {
    return context;
  }

  Kernels kernels() {
    return kernels;
  }

  RopeTables ropes() {
    return ropes;
  }

  /** Keys and values of earlier tokens; null but in a decoder. */
  @Nullable KeyValueCaches caches() {
    return caches;
  }

  /** Where the forward pass put x. */
  Slot value(PlanNode x) {
    return layout.value(x);
  }

  /** Where the backward pass finds x. */
  Slot backwardValue(PlanNode x) {
    return layout.backwardValue(x);
  }

  /** See {@link Layout#statistics}. */
  @Nullable Slot statistics(PlanOp op) {
    return layout.statistics(op);
  }

  /** See {@link Layout#scratch}; the op has asked for it. */
  Slot scratch(PlanOp op) {
    Slot slot = layout.scratch(op);
    if (slot == null) {
      throw new IllegalStateException(op + " asked for no scratch memory");
    }
    return slot;
  }

  /** Some columns of a slot, bound with it. */
  Slot part(Slot slot, int from, int columns) {
    return layout.add(slot.part(from, columns));
  }

  /** The panels of activations of this width. */
  PackedRows packedRows(int columns) {
    return packedRows.computeIfAbsent(
        columns, key -> new PackedRows(kernels, context.threads(), memory, key));
  }

  /** Operands over slots, made anew whenever the slots have moved. */
  <T> Bound<T> bound(Supplier<T> operands) {
    Bound<T> bound = new Bound<>("operands");
    bindings.add(() -> bound.set(operands.get()));
    return bound;
  }

  /** Follows the slots to new memory. */
  void bind() {
    bindings.forEach(Runnable::run);
  }

  /** A kernel over rows, all alike. */
  Stage rows(Slot slot, Stage.RangeKernel kernel) {
    return Stage.rows(context, slot.columns(), kernel);
  }

  /** A kernel that sums over rows, in ranges of columns. */
  Stage columnSums(int columns, Stage.RangeKernel kernel) {
    return Stage.columns(context, columns, kernel);
  }

  /** A kernel over so many tiles. */
  Stage tiles(IntSupplier tiles, Task task) {
    return () -> context.threads().run(task, tiles.getAsInt(), 1);
  }

  /** Copies rows. */
  Stage copy(Slot from, Slot to) {
    return rows(to, (first, last) -> kernels.rows().copy(from.matrix(), to.matrix(), first, last));
  }

  /** Adds rows. */
  Stage accumulate(Slot from, Slot to) {
    return rows(
        to, (first, last) -> kernels.rows().accumulate(from.matrix(), to.matrix(), first, last));
  }

  /** Sets the rows of the batch to zero. */
  Stage zero(Slot slot) {
    return new Stage.Rows(context, slot.columns()) {
      @Override
      public void run(int from, int to, Scratch scratch) {
        if (slot.isWhole()) {
          int columns = slot.columns();
          kernels.rows().zero(slot.storage().floats(), (long) from * columns, (long) to * columns);
        } else {
          for (int n = from; n < to; n++) {
            kernels.rows().zero(slot.matrix().row(n), 0, slot.columns());
          }
        }
      }
    };
  }
}
