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

/** Root-mean-square norm. */
final class RmsNormCuda extends OpCuda {

  private final Op.RmsNorm<PlanNode> op;

  RmsNormCuda(PlanOp place, Op.RmsNorm<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  private int block() {
    return op.weight().columns();
  }

  @Override
  void prepare(OpRun run) {
    var _ = run.weights().plus(op.weight(), op.offset());
  }

  @Override
  void forward(OpRun run, Values values) {
    DeviceMatrix y = run.matrix(values.of(place().out()));
    run.kernels()
        .norms()
        .rmsNorm(
            run.matrix(values.of(op.x())),
            run.weights().plus(op.weight(), op.offset()),
            op.eps(),
            y,
            run.rows(),
            y.columns(),
            block());
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    CudaWeights weights = run.weights();
    Norms norms = run.kernels().norms();
    DeviceMatrix x = run.matrix(run.backwardValue(op.x()));
    DeviceMatrix from = run.matrix(dy);
    long statistics = run.matrix(run.scratch(place())).address();
    norms.rmsNormGradient(
        x,
        weights.plus(op.weight(), op.offset()),
        op.eps(),
        from,
        run.matrix(write.kernelTarget()),
        write.mode() == Mode.ADD,
        statistics,
        run.rows(),
        dy.columns(),
        block());
    if (weights.trains(op.weight())) {
      norms.rmsNormWeightGradient(
          x, from, statistics, run.rows(), dy.columns(), block(), weights.gradient(op.weight()));
    }
  }
}
