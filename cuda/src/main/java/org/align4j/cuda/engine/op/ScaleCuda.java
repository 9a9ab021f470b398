package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;

/** A multiple; so is its gradient. */
final class ScaleCuda extends OpCuda {

  private final Op.Scale<PlanNode> op;

  ScaleCuda(PlanOp place, Op.Scale<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  @Override
  void forward(OpRun run, Values values) {
    scale(run, values.of(op.x()), values.of(place().out()));
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    scale(run, dy, writes.getFirst().kernelTarget());
  }

  private void scale(OpRun run, Slot x, Slot y) {
    run.kernels()
        .rows()
        .scaleRows(run.matrix(x), op.factor(), run.matrix(y), run.rows(), y.columns());
  }
}
