package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Weight;

/** A product with a weight. */
final class LinearCuda extends OpCuda {

  private final Op.Linear<PlanNode> op;
  private final boolean outIn;

  LinearCuda(PlanOp place, Op.Linear<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
    this.outIn = op.layout() == WeightLayout.OUT_IN;
  }

  @Override
  void prepare(OpRun run) {
    var _ = run.weights().matrix(op.weight());
    if (op.bias() != null) {
      var _ = run.weights().floats(op.bias());
    }
  }

  @Override
  void forward(OpRun run, Values values) {
    CudaWeights weights = run.weights();
    PlanNode bias = op.bias();
    run.product(
        outIn ? Form.NT : Form.NN,
        run.matrix(values.of(op.x())),
        weights.matrix(op.weight()),
        bias == null ? 0 : weights.floats(bias),
        run.matrix(values.of(place().out())),
        false);
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    CudaWeights weights = run.weights();
    DeviceMatrix from = run.matrix(dy);
    if (weights.trains(op.weight())) {
      DeviceMatrix x = run.matrix(run.backwardValue(op.x()));
      run.product(
          Form.TN,
          outIn ? from : x,
          Weight.of(outIn ? x : from),
          0,
          weights.gradientMatrix(op.weight()),
          true);
    }
    PlanNode bias = op.bias();
    if (bias != null && weights.trains(bias)) {
      run.kernels().rows().biasGradient(from, run.rows(), weights.gradient(bias), dy.columns());
    }
    if (write.mode() != Mode.UNWANTED) {
      run.product(
          outIn ? Form.NN : Form.NT,
          from,
          weights.matrix(op.weight()),
          0,
          run.matrix(write.kernelTarget()),
          write.mode() == Mode.ADD);
    }
  }
}
