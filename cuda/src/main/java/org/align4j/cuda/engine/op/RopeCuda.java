package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.engine.run.RopeTables;

/** Rotary positions; the gradient is turned back. */
final class RopeCuda extends OpCuda {

  private final Op.Rope<PlanNode> op;

  RopeCuda(PlanOp place, Op.Rope<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  @Override
  void prepare(OpRun run) {
    var _ = run.ropes().of(op.table());
  }

  @Override
  void forward(OpRun run, Values values) {
    Slot x = values.of(op.x());
    Slot out = values.of(place().out());
    if (x != out) {
      run.copy(x, out);
    }
    rotate(run, out, false);
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    if (write.mode() != Mode.SHARED) {
      run.copy(dy, write.kernelTarget());
    }
    rotate(run, write.kernelTarget(), true);
  }

  private void rotate(OpRun run, Slot slot, boolean back) {
    RopeTables.Tables tables = run.ropes().of(op.table());
    run.kernels()
        .rows()
        .rope(
            run.matrix(slot),
            run.rows(),
            slot.columns(),
            op.table().headDim(),
            tables.half(),
            tables.cos(),
            tables.sin(),
            run.batch().positions(),
            back);
  }
}
