package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Batch;
import org.align4j.core.plan.run.RopeTables;
import org.align4j.core.plan.run.Stage;

/** Rotary positions; the gradient is turned back. */
final class RopePlan extends OpPlan {

  private final Op.Rope<PlanNode> op;

  RopePlan(PlanOp place, Op.Rope<PlanNode> op) {
    super(place);
    this.op = op;
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  public Passing passing() {
    return Passing.IN_PLACE;
  }

  @Override
  public boolean backwardReadsInputs() {
    return false;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot x = values.of(op.x());
    Slot out = values.of(place().out());
    Stage rotate = rotate(run, out, false);
    return x == out ? rotate : Stage.sequence(run.copy(x, out), rotate);
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    Slot target = write.kernelTarget();
    Stage rotate = rotate(run, target, true);
    return write.mode() == Mode.SHARED ? rotate : Stage.sequence(run.copy(dy, target), rotate);
  }

  private Stage rotate(OpRun run, Slot slot, boolean back) {
    RopeTables.Tables tables = run.ropes().of(op.table());
    Batch batch = run.context().batch();
    return run.rows(
        slot,
        (from, to) ->
            run.kernels()
                .rows()
                .rope(
                    slot.matrix(),
                    op.table().headDim(),
                    tables.cos(),
                    tables.sin(),
                    batch.positions(),
                    back,
                    from,
                    to));
  }
}
