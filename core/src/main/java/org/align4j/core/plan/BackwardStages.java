package org.align4j.core.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Floats;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Matrix;
import org.align4j.core.kernel.NativeMemory;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.GradientSlots.Mode;
import org.align4j.core.plan.GradientSlots.Write;

/** Makes the stage of each operation in the backward direction. */
final class BackwardStages {

  private final Stage.Context context;
  private final Kernels kernels;
  private final Layout layout;
  private final ForwardStages.RopeMemory ropes;
  private final NativeMemory memory;
  private final Map<Integer, PackedRows> packedRows = new HashMap<>();

  BackwardStages(
      Stage.Context context, Layout layout, ForwardStages.RopeMemory ropes, NativeMemory memory) {
    this.context = context;
    this.kernels = context.kernels();
    this.layout = layout;
    this.ropes = ropes;
    this.memory = memory;
  }

  /** The panels of activations of this width. */
  PackedRows packedRows(int columns) {
    return packedRows.computeIfAbsent(
        columns, key -> new PackedRows(kernels, context.threads(), memory, key));
  }

  Stage backward(Operation op) {
    List<Stage> stages = new ArrayList<>();
    List<Write> writes = layout.gradients().writes(op);
    Slot dy = layout.gradients().of(op.out());
    switch (op) {
      case Operation.Columns c -> columns(c, dy, writes.get(0), stages);
      case Operation.Add a -> writes.forEach(write -> pass(dy, write, stages));
      case Operation.Rope r -> rope(r, dy, writes.get(0), stages);
      case Operation.Embedding e -> stages.add(embedding(e, dy));
      case Operation.Linear l -> linear(l, dy, writes.get(0), stages);
      case Operation.RmsNorm n -> rmsNorm(n, dy, writes.get(0), stages);
      case Operation.LayerNorm n -> layerNorm(n, dy, writes.get(0), stages);
      case Operation.GeluOf g -> gelu(g, dy, writes.get(0), stages);
      case Operation.SwiGlu g -> swiGlu(g, dy, writes, stages);
      case Operation.Attention a -> stages.add(attention(a, dy, writes));
    }
    for (Write write : writes) {
      if (write.mode() == Mode.SPILL) {
        stages.add(accumulate(write.kernelTarget(), write.target()));
      }
    }
    return Stage.sequence(stages.toArray(Stage[]::new));
  }

  private void columns(Operation.Columns op, Slot dy, Write write, List<Stage> stages) {
    if (write.mode() == Mode.SHARED) {
      return;
    }
    // Overlapping or missing columns: every part adds to a gradient that begins at zero.
    Slot whole = write.kernelTarget();
    if (write.mode() != Mode.ADD) {
      stages.add(zero(whole));
    }
    int from = op.from();
    int to = from + op.out().columns();
    stages.add(
        rows(
            dy,
            (first, last) ->
                kernels.accumulate(dy.matrix(), whole.matrix().columns(from, to), first, last)));
  }

  private void pass(Slot dy, Write write, List<Stage> stages) {
    switch (write.mode()) {
      case SHARED -> {}
      case OVERWRITE -> stages.add(copy(dy, write.target()));
      default -> stages.add(accumulate(dy, write.target()));
    }
  }

  private void rope(Operation.Rope op, Slot dy, Write write, List<Stage> stages) {
    Slot target = write.kernelTarget();
    if (write.mode() != Mode.SHARED) {
      stages.add(copy(dy, target));
    }
    var tables = ropes.of(op.table());
    Batch batch = context.batch();
    stages.add(
        rows(
            target,
            (from, to) ->
                kernels.rope(
                    target.matrix(),
                    tables.cos(),
                    tables.sin(),
                    batch.positions(),
                    true,
                    from,
                    to)));
  }

  private Stage embedding(Operation.Embedding op, Slot dy) {
    Matrix gradient = context.weights().gradientMatrix(op.table());
    Batch batch = context.batch();
    boolean byToken = op.ids().kind() == PlanNode.Kind.TOKENS;
    return columnSums(
        dy.columns(),
        (from, to) ->
            kernels.embeddingGradient(
                dy.matrix(),
                byToken ? batch.tokens() : batch.positions(),
                batch.rows(),
                gradient,
                from,
                to));
  }

  private void linear(Operation.Linear op, Slot dy, Write write, List<Stage> stages) {
    Slot x = layout.backwardValue(op.x());
    Matrix gradient = context.weights().gradientMatrix(op.weight());
    boolean outIn = op.layout() == WeightLayout.OUT_IN;
    Slot right = outIn ? x : dy;
    stages.add(
        new WeightGradientStage(
            context, outIn ? dy : x, right, outIn, packedRows(right.columns()), gradient));
    if (op.bias() != null) {
      Floats bias = context.weights().gradient(op.bias());
      stages.add(
          columnSums(
              dy.columns(),
              (from, to) ->
                  kernels.biasGradient(dy.matrix(), context.batch().rows(), bias, from, to)));
    }
    stages.add(
        LinearStage.inputGradient(
            context,
            dy,
            context.weights().transposed(op.weight(), op.layout()),
            write.kernelTarget(),
            write.mode() == Mode.ADD));
  }

  private void rmsNorm(Operation.RmsNorm op, Slot dy, Write write, List<Stage> stages) {
    Slot x = layout.backwardValue(op.x());
    Slot inverse = extra(op);
    Slot dx = write.kernelTarget();
    Floats weight = context.weights().floats(op.weight());
    Floats gradient = context.weights().gradient(op.weight());
    boolean add = write.mode() == Mode.ADD;
    stages.add(
        rows(
            dy,
            (from, to) ->
                kernels.rmsNormGradient(
                    x.matrix(),
                    weight,
                    op.eps(),
                    dy.matrix(),
                    dx.matrix(),
                    add,
                    inverse.storage().floats(),
                    from,
                    to)));
    stages.add(
        columnSums(
            op.weight().columns(),
            (from, to) ->
                kernels.rmsNormWeightGradient(
                    x.matrix(),
                    dy.matrix(),
                    inverse.storage().floats(),
                    context.batch().rows(),
                    gradient,
                    from,
                    to)));
  }

  private void layerNorm(Operation.LayerNorm op, Slot dy, Write write, List<Stage> stages) {
    Slot x = layout.backwardValue(op.x());
    Slot statistics = extra(op);
    Slot dx = write.kernelTarget();
    Floats weight = context.weights().floats(op.weight());
    Floats gradient = context.weights().gradient(op.weight());
    Floats biasGradient = context.weights().gradient(op.bias());
    boolean add = write.mode() == Mode.ADD;
    stages.add(
        rows(
            dy,
            (from, to) ->
                kernels.layerNormGradient(
                    x.matrix(),
                    weight,
                    op.eps(),
                    dy.matrix(),
                    dx.matrix(),
                    add,
                    statistics.storage().floats(),
                    from,
                    to)));
    stages.add(
        columnSums(
            dy.columns(),
            (from, to) ->
                kernels.layerNormWeightGradient(
                    x.matrix(),
                    dy.matrix(),
                    statistics.storage().floats(),
                    context.batch().rows(),
                    gradient,
                    biasGradient,
                    from,
                    to)));
  }

  private void gelu(Operation.GeluOf op, Slot dy, Write write, List<Stage> stages) {
    Slot x = layout.backwardValue(op.x());
    Slot dx = write.kernelTarget();
    boolean add = write.mode() == Mode.ADD;
    stages.add(
        rows(
            dy,
            (from, to) ->
                kernels.geluGradient(
                    x.matrix(), op.form(), dy.matrix(), dx.matrix(), add, from, to)));
  }

  private void swiGlu(Operation.SwiGlu op, Slot dy, List<Write> writes, List<Stage> stages) {
    Slot gate = layout.backwardValue(op.gate());
    Slot up = layout.backwardValue(op.up());
    Slot dGate = writes.get(0).kernelTarget();
    Slot dUp = writes.get(1).kernelTarget();
    stages.add(
        rows(
            dy,
            (from, to) ->
                kernels.swiGluGradient(
                    gate.matrix(),
                    up.matrix(),
                    dy.matrix(),
                    dGate.matrix(),
                    dUp.matrix(),
                    from,
                    to)));
  }

  private Stage attention(Operation.Attention op, Slot dy, List<Write> writes) {
    AttentionTiles tiles = context.batch().tiles(op.heads());
    Slot q = layout.backwardValue(op.q());
    Slot k = layout.backwardValue(op.k());
    Slot v = layout.backwardValue(op.v());
    Slot out = layout.value(op.out());
    Slot logSumExp = extra(op);
    Slot dq = writes.get(0).kernelTarget();
    Slot dk = writes.get(1).kernelTarget();
    Slot dv = writes.get(2).kernelTarget();
    Slot dkParts = layout.parts(op).get(0);
    Slot dvParts = layout.parts(op).get(1);
    Task task =
        (from, to, scratch) ->
            kernels.attentionGradient(
                q.matrix(),
                k.matrix(),
                v.matrix(),
                tiles,
                out.matrix(),
                logSumExp.matrix(),
                dy.matrix(),
                dq.matrix(),
                dk.matrix(),
                dv.matrix(),
                dkParts.matrix(),
                dvParts.matrix(),
                from,
                to,
                scratch);
    return Stage.sequence(
        () -> context.threads().run(task, tiles.gradientTiles(), 1),
        addParts(tiles, dkParts, dk),
        addParts(tiles, dvParts, dv));
  }

  private Stage addParts(AttentionTiles tiles, Slot parts, Slot target) {
    return columnSums(
        target.columns(),
        (from, to) ->
            kernels.scatterAddRows(
                parts.matrix(), tiles.partTargets(), tiles.partRows(), target.matrix(), from, to));
  }

  private Slot extra(Operation op) {
    Slot slot = layout.extra(op);
    if (slot == null) {
      throw new IllegalStateException(op + " has no statistics");
    }
    return slot;
  }

  /** Sets the rows of the batch to zero. */
  Stage zero(Slot slot) {
    return new Stage.Rows(context, slot.columns()) {
      @Override
      public void run(int from, int to, Scratch scratch) {
        if (slot.isWhole()) {
          int columns = slot.columns();
          kernels.zero(slot.storage().floats(), (long) from * columns, (long) to * columns);
        } else {
          for (int n = from; n < to; n++) {
            kernels.zero(slot.matrix().row(n), 0, slot.columns());
          }
        }
      }
    };
  }

  private Stage copy(Slot from, Slot to) {
    return rows(to, (first, last) -> kernels.copy(from.matrix(), to.matrix(), first, last));
  }

  private Stage accumulate(Slot from, Slot to) {
    return rows(to, (first, last) -> kernels.accumulate(from.matrix(), to.matrix(), first, last));
  }

  private Stage rows(Slot slot, Stage.RangeKernel kernel) {
    return Stage.rows(context, slot.columns(), kernel);
  }

  private Stage columnSums(int columns, Stage.RangeKernel kernel) {
    return Stage.columns(context, columns, kernel);
  }
}
