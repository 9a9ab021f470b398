package org.align4j.core.plan.op;

import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Bound;
import org.align4j.core.plan.run.Stage;

/** Root-mean-square norm. */
final class RmsNormPlan extends OpPlan {

  private final Op.RmsNorm<PlanNode> op;

  RmsNormPlan(PlanOp place, Op.RmsNorm<PlanNode> op) {
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

  /** An inverse deviation of each block. */
  @Override
  public int backwardScratch() {
    return op.x().columns() / op.weight().columns();
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot x = values.of(op.x());
    Slot y = values.of(place().out());
    NativeFloats weight = run.context().weights().plus(op.weight(), op.offset());
    return run.rows(
        y,
        (from, to) ->
            run.kernels().norms().rmsNorm(x.matrix(), weight, op.eps(), y.matrix(), from, to));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    Slot x = run.backwardValue(op.x());
    Slot inverse = run.scratch(place());
    Slot dx = write.kernelTarget();
    NativeFloats weight = run.context().weights().plus(op.weight(), op.offset());
    boolean add = write.mode() == Mode.ADD;
    Bound<NormKernels.Gradient> operands =
        run.bound(() ->
            new NormKernels.Gradient(
                x.matrix(),
                weight,
                op.eps(),
                dy.matrix(),
                dx.matrix(),
                add,
                inverse.storage().floats()));
    Stage input =
        run.rows(dy, (from, to) -> run.kernels().norms().rmsNormGradient(operands.get(), from, to));
    if (!run.context().weights().trains(op.weight())) {
      return input;
    }
    NativeFloats gradient = run.context().weights().gradient(op.weight());
    return Stage.sequence(
        input,
        run.columnSums(
            op.weight().columns(),
            (from, to) ->
                run.kernels()
                    .norms()
                    .rmsNormWeightGradient(
                        operands.get(), run.context().batch().rows(), gradient, from, to)));
  }
}
