package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Norms;

/** Layer norm. */
final class LayerNormCuda extends OpCuda {

  private final Op.LayerNorm<PlanNode> op;

  LayerNormCuda(PlanOp place, Op.LayerNorm<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  @Override
  void prepare(OpRun run) {
    var _ = run.weights().floats(op.weight());
    var _ = run.weights().floats(op.bias());
  }

  @Override
  void forward(OpRun run, Values values) {
    DeviceMatrix y = run.matrix(values.of(place().out()));
    run.kernels()
        .norms()
        .layerNorm(
            run.matrix(values.of(op.x())),
            run.weights().floats(op.weight()),
            run.weights().floats(op.bias()),
            op.eps(),
            y,
            run.rows(),
            y.columns());
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    CudaWeights weights = run.weights();
    Norms norms = run.kernels().norms();
    DeviceMatrix x = run.matrix(run.backwardValue(op.x()));
    DeviceMatrix from = run.matrix(dy);
    long statistics = run.matrix(run.scratch(place())).address();
    norms.layerNormGradient(
        x,
        weights.floats(op.weight()),
        op.eps(),
        from,
        run.matrix(write.kernelTarget()),
        write.mode() == Mode.ADD,
        statistics,
        run.rows(),
        dy.columns());
    if (weights.trains(op.weight()) || weights.trains(op.bias())) {
      norms.layerNormWeightGradient(
          x,
          from,
          statistics,
          run.rows(),
          weights.gradient(op.weight()),
          weights.gradient(op.bias()),
          dy.columns());
    }
  }
}
