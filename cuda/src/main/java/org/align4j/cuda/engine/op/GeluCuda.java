package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;

/** Gaussian error linear unit. */
final class GeluCuda extends OpCuda {

  private final Op.GeluOf<PlanNode> op;

  GeluCuda(PlanOp place, Op.GeluOf<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  @Override
  void forward(OpRun run, Values values) {
    run.kernels()
        .activations()
        .gelu(
            run.matrix(values.of(op.x())),
            op.form(),
            run.matrix(values.of(place().out())),
            run.rows(),
            place().out().columns());
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    run.kernels()
        .activations()
        .geluGradient(
            run.matrix(run.backwardValue(op.x())),
            op.form(),
            run.matrix(dy),
            run.matrix(write.kernelTarget()),
            write.mode() == Mode.ADD,
            run.rows(),
            dy.columns());
  }
}
