package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Stage;

/** Some columns, which lie in the memory of the whole. */
final class ColumnsPlan extends OpPlan {

  private final Op.Columns<PlanNode> op;

  ColumnsPlan(PlanOp place, Op.Columns<PlanNode> op) {
    super(place);
    this.op = op;
  }

  @Override
  public boolean backwardReadsInputs() {
    return false;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    return Stage.NONE;
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    if (write.mode() == Mode.SHARED) {
      return Stage.NONE;
    }
    // Overlapping or missing columns: every part adds to a gradient that begins at zero.
    Slot whole = write.kernelTarget();
    Stage add =
        run.rows(
            dy,
            (first, last) ->
                run.kernels()
                    .rows()
                    .accumulate(
                        dy.matrix(), whole.matrix().columns(op.from(), op.to()), first, last));
    return write.mode() == Mode.ADD ? add : Stage.sequence(run.zero(whole), add);
  }
}
