package org.align4j.core.plan;

import java.util.HashMap;
import java.util.Map;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Floats;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.Matrix;
import org.align4j.core.kernel.NativeMemory;
import org.align4j.core.kernel.Task;
import org.align4j.core.ops.RopeTable;
import org.jspecify.annotations.Nullable;

/** Makes the stage of each operation in the forward direction. */
final class ForwardStages {

  private final Stage.Context context;
  private final Kernels kernels;
  private final Layout layout;
  private final RopeMemory ropes;
  private final @Nullable KeyValueCache cache;

  ForwardStages(
      Stage.Context context, Layout layout, RopeMemory ropes, @Nullable KeyValueCache cache) {
    this.context = context;
    this.kernels = context.kernels();
    this.layout = layout;
    this.ropes = ropes;
    this.cache = cache;
  }

  /** Cosines and sines in native memory, one copy per table. */
  static final class RopeMemory {

    /** {@code [positions, headDim/2]} each. */
    record Tables(Matrix cos, Matrix sin) {}

    private final NativeMemory memory;
    private final Map<RopeTable, Tables> tables = new HashMap<>();

    RopeMemory(NativeMemory memory) {
      this.memory = memory;
    }

    Tables of(RopeTable table) {
      return tables.computeIfAbsent(table, this::copy);
    }

    private Tables copy(RopeTable table) {
      int half = table.headDim() / 2;
      Floats cos = memory.allocate((long) table.positions() * half);
      Floats sin = memory.allocate((long) table.positions() * half);
      for (int p = 0; p < table.positions(); p++) {
        for (int i = 0; i < half; i++) {
          cos.set((long) p * half + i, table.cos(p, i));
          sin.set((long) p * half + i, table.sin(p, i));
        }
      }
      return new Tables(cos.matrix(half), sin.matrix(half));
    }
  }

  Stage forward(Operation op) {
    Slot out = layout.value(op.out());
    return switch (op) {
      case Operation.Attention a ->
          attention(
              a,
              layout.value(a.q()),
              layout.value(a.k()),
              layout.value(a.v()),
              out,
              layout.extra(a));
      case Operation.Linear l ->
          LinearStage.forward(
              context,
              layout.value(l.x()),
              context.weights().packed(l.weight(), l.layout()),
              l.bias() == null ? null : context.weights().floats(l.bias()),
              out);
      case Operation.Embedding e -> embedding(e, out);
      case Operation.Rope r -> rope(r, layout.value(r.x()), out);
      case Operation.Columns c -> Stage.NONE;
      case Operation.Add a -> {
        Slot left = layout.value(a.a());
        Slot right = layout.value(a.b());
        yield rows(
            out, (from, to) -> kernels.add(left.matrix(), right.matrix(), out.matrix(), from, to));
      }
      default -> cheap(op, false);
    };
  }

  /** A norm or an activation, from kept values to its place in the backward pass. */
  Stage recompute(Operation op) {
    return cheap(op, true);
  }

  private Stage cheap(Operation op, boolean again) {
    Slot y = again ? layout.backwardValue(op.out()) : layout.value(op.out());
    Slot x = again ? layout.backwardValue(op.inputs().get(0)) : layout.value(op.inputs().get(0));
    return switch (op) {
      case Operation.RmsNorm norm -> {
        Floats weight = context.weights().floats(norm.weight());
        yield rows(
            y, (from, to) -> kernels.rmsNorm(x.matrix(), weight, norm.eps(), y.matrix(), from, to));
      }
      case Operation.LayerNorm norm -> {
        Floats weight = context.weights().floats(norm.weight());
        Floats bias = context.weights().floats(norm.bias());
        yield rows(
            y,
            (from, to) ->
                kernels.layerNorm(x.matrix(), weight, bias, norm.eps(), y.matrix(), from, to));
      }
      case Operation.SwiGlu glu -> {
        Slot up = again ? layout.backwardValue(glu.up()) : layout.value(glu.up());
        yield rows(y, (from, to) -> kernels.swiGlu(x.matrix(), up.matrix(), y.matrix(), from, to));
      }
      case Operation.GeluOf gelu ->
          rows(y, (from, to) -> kernels.gelu(x.matrix(), gelu.form(), y.matrix(), from, to));
      default -> throw new IllegalStateException(op + " is not made again");
    };
  }

  private Stage embedding(Operation.Embedding op, Slot out) {
    Matrix table = context.weights().matrix(op.table());
    Batch batch = context.batch();
    boolean byToken = op.ids().kind() == PlanNode.Kind.TOKENS;
    return rows(
        out,
        (from, to) ->
            kernels.embedding(
                table, byToken ? batch.tokens() : batch.positions(), out.matrix(), from, to));
  }

  private Stage rope(Operation.Rope op, Slot x, Slot out) {
    RopeMemory.Tables tables = ropes.of(op.table());
    Batch batch = context.batch();
    Stage rotate =
        rows(
            out,
            (from, to) ->
                kernels.rope(
                    out.matrix(), tables.cos(), tables.sin(), batch.positions(), false, from, to));
    return x == out
        ? rotate
        : Stage.sequence(
            rows(out, (from, to) -> kernels.copy(x.matrix(), out.matrix(), from, to)), rotate);
  }

  private Stage attention(
      Operation.Attention op, Slot q, Slot k, Slot v, Slot out, @Nullable Slot logSumExp) {
    AttentionTiles tiles = context.batch().tiles(op.heads());
    Stage whole =
        tileStage(
            tiles,
            (from, to, scratch) ->
                kernels.attention(
                    q.matrix(),
                    k.matrix(),
                    v.matrix(),
                    tiles,
                    out.matrix(),
                    logSumExp == null ? null : logSumExp.matrix(),
                    from,
                    to,
                    scratch));
    if (cache == null) {
      return whole;
    }
    KeyValuePanels panels = kernels.keyValuePanels(op.heads());
    cache.add(panels);
    Batch batch = context.batch();
    Stage step =
        tileStage(
            tiles,
            (from, to, scratch) ->
                kernels.stepAttention(q.matrix(), panels, tiles, out.matrix(), from, to, scratch));
    Task write =
        (from, to, scratch) ->
            panels.write(k.matrix(), v.matrix(), batch.cachedRows(), batch.cacheRows(), from, to);
    int rowTile = Stage.Context.rowTile(k.columns());
    return Stage.sequence(
        () -> context.threads().run(write, batch.cached(), rowTile),
        () -> (tiles.areSteps() ? step : whole).run());
  }

  private Stage tileStage(AttentionTiles tiles, Task task) {
    return () -> context.threads().run(task, tiles.tiles(), 1);
  }

  private Stage rows(Slot slot, Stage.RangeKernel kernel) {
    return Stage.rows(context, slot.columns(), kernel);
  }
}
