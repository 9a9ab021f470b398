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
import org.align4j.core.plan.run.Weights;

/** Layer norm. */
final class LayerNormPlan extends OpPlan {

  private final Op.LayerNorm<PlanNode> op;

  LayerNormPlan(PlanOp place, Op.LayerNorm<PlanNode> op) {
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

  /** Mean and inverse deviation. */
  @Override
  public int backwardScratch() {
    return 2;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot x = values.of(op.x());
    Slot y = values.of(place().out());
    NativeFloats weight = run.context().weights().floats(op.weight());
    NativeFloats bias = run.context().weights().floats(op.bias());
    return run.rows(
        y,
        (from, to) ->
            run.kernels()
                .norms()
                .layerNorm(x.matrix(), weight, bias, op.eps(), y.matrix(), from, to));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    Weights weights = run.context().weights();
    Slot x = run.backwardValue(op.x());
    Slot statistics = run.scratch(place());
    Slot dx = write.kernelTarget();
    NativeFloats weight = weights.floats(op.weight());
    NativeFloats gradient = weights.gradient(op.weight());
    NativeFloats biasGradient = weights.gradient(op.bias());
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
                statistics.storage().floats()));
    return Stage.sequence(
        run.rows(
            dy, (from, to) -> run.kernels().norms().layerNormGradient(operands.get(), from, to)),
        run.columnSums(
            dy.columns(),
            (from, to) ->
                run.kernels()
                    .norms()
                    .layerNormWeightGradient(
                        operands.get(),
                        run.context().batch().rows(),
                        gradient,
                        biasGradient,
                        from,
                        to)));
  }
}
