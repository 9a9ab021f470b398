package org.align4j.cuda.engine.op;

import static com.google.common.base.Preconditions.checkState;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.engine.op.HeadPadding.Operand;
import org.align4j.cuda.kernel.Attention;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Rows;
import org.jspecify.annotations.Nullable;

/** Attention; a decoder's reads a cache of keys and values. */
final class AttentionCuda extends OpCuda {

  private final Op.Attention<PlanNode> op;
  private final Heads heads;

  AttentionCuda(PlanOp place, Op.Attention<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
    this.heads = HeadPadding.wide(op.heads());
  }

  private boolean padded() {
    return !heads.equals(op.heads());
  }

  /** Room for the parts of dk and dv, and {@code do·out} of each head; rows of whole 16 bytes. */
  @Override
  public int backwardScratch() {
    return 2 * op.k().columns() + (op.heads().query() + 3) / 4 * 4;
  }

  @Override
  void prepare(OpRun run) {
    if (padded()) {
      run.pads(op.heads());
    }
  }

  @Override
  void forward(OpRun run, Values values) {
    DeviceMatrix q = run.matrix(values.of(op.q()));
    DeviceMatrix k = run.matrix(values.of(op.k()));
    DeviceMatrix v = run.matrix(values.of(op.v()));
    DeviceMatrix out = run.matrix(values.of(place().out()));
    Slot kept = run.statistics(place());
    DeviceMatrix logSumExp = kept == null ? null : run.matrix(kept);
    if (!padded()) {
      attend(run, q, k, v, out, logSumExp);
      return;
    }
    HeadPadding padding = run.padding(op.heads());
    Rows rows = run.kernels().rows();
    attend(
        run,
        padding.spread(rows, q, Operand.Q, padding.factor()),
        padding.spread(rows, k, Operand.K, 1),
        padding.spread(rows, v, Operand.V, 1),
        padding.room(Operand.OUT, q.rows()),
        logSumExp);
    padding.gather(rows, Operand.OUT, out, 1);
  }

  private void attend(
      OpRun run,
      DeviceMatrix q,
      DeviceMatrix k,
      DeviceMatrix v,
      DeviceMatrix out,
      @Nullable DeviceMatrix logSumExp) {
    CachedAttention cache = run.cache();
    if (cache == null) {
      run.kernels().attention().attention(q, k, v, run.batch().tiles(heads), out, logSumExp);
    } else {
      cache.attend(op, heads, q, k, v, out);
    }
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Slot kept = run.statistics(place());
    checkState(kept != null, "%s has no log-sum-exps", place());
    int columns = op.k().columns();
    DeviceMatrix scratch = run.matrix(run.scratch(place()));
    var narrow =
        new Attention.Gradient(
            run.matrix(run.backwardValue(op.q())),
            run.matrix(run.backwardValue(op.k())),
            run.matrix(run.backwardValue(op.v())),
            run.matrix(run.backwardValue(place().out())),
            run.matrix(kept),
            run.matrix(dy),
            scratch.columns(2 * columns, 2 * columns + heads.query()),
            run.matrix(writes.get(0).kernelTarget()),
            run.matrix(writes.get(1).kernelTarget()),
            run.matrix(writes.get(2).kernelTarget()),
            scratch.columns(0, columns),
            scratch.columns(columns, 2 * columns));
    if (!padded()) {
      run.kernels().attention().attentionGradient(narrow, run.batch().tiles(heads), run.rows());
      return;
    }
    HeadPadding padding = run.padding(op.heads());
    Rows rows = run.kernels().rows();
    int count = run.rows();
    var wide =
        new Attention.Gradient(
            padding.spread(rows, narrow.q(), Operand.Q, padding.factor()),
            padding.spread(rows, narrow.k(), Operand.K, 1),
            padding.spread(rows, narrow.v(), Operand.V, 1),
            padding.spread(rows, narrow.out(), Operand.OUT, 1),
            narrow.lse(),
            padding.spread(rows, narrow.dOut(), Operand.D_OUT, 1),
            narrow.delta(),
            padding.room(Operand.DQ, count),
            padding.room(Operand.DK, count),
            padding.room(Operand.DV, count),
            padding.room(Operand.DK_PARTS, count),
            padding.room(Operand.DV_PARTS, count));
    run.kernels().attention().attentionGradient(wide, run.batch().tiles(heads), count);
    padding.gather(rows, Operand.DQ, narrow.dq(), padding.factor());
    padding.gather(rows, Operand.DK, narrow.dk(), 1);
    padding.gather(rows, Operand.DV, narrow.dv(), 1);
  }
}
