package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.kernel.DeviceMatrix;

/** {@code gelu(gate) ⊙ up}, the tanh form. */
final class GeGluCuda extends OpCuda {

  private final Op.GeGlu<PlanNode> op;

  GeGluCuda(PlanOp place, Op.GeGlu<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  @Override
  void forward(OpRun run, Values values) {
    DeviceMatrix gate = run.matrix(values.of(op.gate()));
    DeviceMatrix up = run.matrix(values.of(op.up()));
    DeviceMatrix y = run.matrix(values.of(place().out()));
    run.kernels().activations().geglu(gate, up, y, run.rows(), y.columns());
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    run.kernels()
        .activations()
        .gegluGradient(
            run.matrix(run.backwardValue(op.gate())),
            run.matrix(run.backwardValue(op.up())),
            run.matrix(dy),
            run.matrix(writes.get(0).kernelTarget()),
            run.matrix(writes.get(1).kernelTarget()),
            run.rows(),
            dy.columns());
  }
}
