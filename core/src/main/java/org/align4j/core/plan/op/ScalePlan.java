package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Stage;

/** A multiple; so is its gradient. */
final class ScalePlan extends OpPlan {

  private final Op.Scale<PlanNode> op;

  ScalePlan(PlanOp place, Op.Scale<PlanNode> op) {
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
    return scale(run, values.of(op.x()), values.of(place().out()));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    return scale(run, dy, writes.getFirst().kernelTarget());
  }

  private Stage scale(OpRun run, Slot x, Slot y) {
    return run.rows(
        y, (from, to) -> run.kernels().rows().scale(x.matrix(), op.factor(), y.matrix(), from, to));
  }
}
