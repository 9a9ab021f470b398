package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Stage;

/** Gaussian error linear unit. */
final class GeluPlan extends OpPlan {

  private final Op.GeluOf<PlanNode> op;

  GeluPlan(PlanOp place, Op.GeluOf<PlanNode> op) {
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
  public boolean addsGradient() {
    return true;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot x = values.of(op.x());
    Slot y = values.of(place().out());
    return run.rows(
        y,
        (from, to) ->
            run.kernels().activations().gelu(x.matrix(), op.form(), y.matrix(), from, to));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    Slot x = run.backwardValue(op.x());
    Slot dx = write.kernelTarget();
    boolean add = write.mode() == Mode.ADD;
    return run.rows(
        dy,
        (from, to) ->
            run.kernels()
                .activations()
                .geluGradient(x.matrix(), op.form(), dy.matrix(), dx.matrix(), add, from, to));
  }
}
