package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.Task;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Bound;
import org.align4j.core.plan.run.CacheWrites;
import org.align4j.core.plan.run.KeyValueCaches;
import org.align4j.core.plan.run.Stage;

/**
 * Attention. A decoder's reads the key-value cache: prompts attend as in scoring and write their
 * keys and values, single new tokens attend to what is there.
 */
final class AttentionPlan extends OpPlan {

  private final Op.Attention<PlanNode> op;

  AttentionPlan(PlanOp place, Op.Attention<PlanNode> op) {
    super(place);
    this.op = op;
  }

  @Override
  public boolean backwardReadsOutput() {
    return true;
  }

  /** The log-sum-exp of each head. */
  @Override
  public int statistics() {
    return op.heads().query();
  }

  /** Room for the parts of dk and dv, see {@link org.align4j.core.kernel.Kernels}. */
  @Override
  public int backwardScratch() {
    return 2 * op.k().columns();
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot q = values.of(op.q());
    Slot k = values.of(op.k());
    Slot v = values.of(op.v());
    Slot out = values.of(place().out());
    Slot logSumExp = run.statistics(place());
    AttentionTiles tiles = run.context().batch().tiles(op.heads());
    Bound<AttentionKernels.Operands> operands =
        run.bound(() ->
            new AttentionKernels.Operands(
                q.matrix(),
                k.matrix(),
                v.matrix(),
                tiles,
                out.matrix(),
                logSumExp == null ? null : logSumExp.matrix()));
    Stage whole =
        run.tiles(
            tiles::tiles,
            (from, to, scratch) ->
                run.kernels().attention().attention(operands.get(), from, to, scratch));
    KeyValueCaches caches = run.caches();
    return caches == null ? whole : cached(run, caches, tiles, q, k, v, out, whole);
  }

  private Stage cached(
      OpRun run,
      KeyValueCaches caches,
      AttentionTiles tiles,
      Slot q,
      Slot k,
      Slot v,
      Slot out,
      Stage whole) {
    KeyValuePanels panels = run.kernels().attention().keyValuePanels(op.heads());
    int window = op.heads().window();
    caches.of(window).add(panels);
    CacheWrites writes = run.context().batch().writes(window);
    Stage step =
        run.tiles(
            tiles::tiles,
            (from, to, scratch) ->
                run.kernels()
                    .attention()
                    .stepAttention(q.matrix(), panels, tiles, out.matrix(), from, to, scratch));
    Task write =
        (from, to, scratch) ->
            panels.write(k.matrix(), v.matrix(), writes.tokens(), writes.rows(), from, to);
    int rowTile = Stage.Context.rowTile(k.columns());
    return Stage.sequence(
        () -> run.context().threads().run(write, writes.count(), rowTile),
        () -> (tiles.areSteps() ? step : whole).run());
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    AttentionTiles tiles = run.context().batch().tiles(op.heads());
    Slot q = run.backwardValue(op.q());
    Slot k = run.backwardValue(op.k());
    Slot v = run.backwardValue(op.v());
    Slot out = run.backwardValue(place().out());
    Slot logSumExp = run.statistics(place());
    if (logSumExp == null) {
      throw new IllegalStateException(place() + " has no log-sum-exps");
    }
    Slot dq = writes.get(0).kernelTarget();
    Slot dk = writes.get(1).kernelTarget();
    Slot dv = writes.get(2).kernelTarget();
    int columns = op.k().columns();
    Slot dkParts = run.part(run.scratch(place()), 0, columns);
    Slot dvParts = run.part(run.scratch(place()), columns, columns);
    Bound<AttentionKernels.Gradient> operands =
        run.bound(() ->
            new AttentionKernels.Gradient(
                new AttentionKernels.Operands(
                    q.matrix(), k.matrix(), v.matrix(), tiles, out.matrix(), logSumExp.matrix()),
                dy.matrix(),
                dq.matrix(),
                dk.matrix(),
                dv.matrix(),
                dkParts.matrix(),
                dvParts.matrix()));
    Task task =
        (from, to, scratch) ->
            run.kernels().attention().attentionGradient(operands.get(), from, to, scratch);
    return Stage.sequence(
        run.tiles(tiles::gradientTiles, task),
        addParts(run, tiles, dkParts, dk),
        addParts(run, tiles, dvParts, dv));
  }

  private static Stage addParts(OpRun run, AttentionTiles tiles, Slot parts, Slot target) {
    return run.columnSums(
        target.columns(),
        (from, to) ->
            run.kernels()
                .rows()
                .scatterAddRows(
                    parts.matrix(),
                    tiles.partTargets(),
                    tiles.partRows(),
                    target.matrix(),
                    from,
                    to));
  }
}
