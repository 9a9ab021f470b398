package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Stage;

/** {@code silu(gate) ⊙ up}. */
final class SwiGluPlan extends OpPlan {

  private final Op.SwiGlu<PlanNode> op;

  SwiGluPlan(PlanOp place, Op.SwiGlu<PlanNode> op) {
    super(place);
    this.op = op;
  }

  @Override
  public boolean cheap() {
    return true;
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot gate = values.of(op.gate());
    Slot up = values.of(op.up());
    Slot y = values.of(place().out());
    return run.rows(
        y,
        (from, to) ->
            run.kernels().activations().swiGlu(gate.matrix(), up.matrix(), y.matrix(), from, to));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Slot gate = run.backwardValue(op.gate());
    Slot up = run.backwardValue(op.up());
    Slot dGate = writes.get(0).kernelTarget();
    Slot dUp = writes.get(1).kernelTarget();
    return run.rows(
        dy,
        (from, to) ->
            run.kernels()
                .activations()
                .swiGluGradient(
                    gate.matrix(),
                    up.matrix(),
                    dy.matrix(),
                    dGate.matrix(),
                    dUp.matrix(),
                    from,
                    to));
  }
}
