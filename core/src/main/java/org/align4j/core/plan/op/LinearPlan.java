package org.align4j.core.plan.op;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.LinearStage;
import org.align4j.core.plan.run.Stage;
import org.align4j.core.plan.run.WeightGradientStage;
import org.align4j.core.plan.run.Weights;

/** A product with a weight. */
final class LinearPlan extends OpPlan {

  private final Op.Linear<PlanNode> op;
  private final boolean trained;

  LinearPlan(PlanOp place, Op.Linear<PlanNode> op, boolean trained) {
    super(place);
    this.op = op;
    this.trained = trained;
  }

  @Override
  public Weight product() {
    boolean outIn = op.layout() == WeightLayout.OUT_IN;
    return new Weight(
        op.weight(), op.layout(), trained ? (outIn ? op.x() : place().out()).columns() : 0);
  }

  /** For the weight's gradient alone. */
  @Override
  public boolean backwardReadsInputs() {
    return trained;
  }

  @Override
  public boolean addsGradient() {
    return true;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Weights weights = run.context().weights();
    return LinearStage.forward(
        run.context(),
        values.of(op.x()),
        weights.packed(op.weight(), op.layout()),
        op.bias() == null ? null : weights.floats(op.bias()),
        values.of(place().out()));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    Weights weights = run.context().weights();
    List<Stage> stages = new ArrayList<>();
    if (trained) {
      Slot x = run.backwardValue(op.x());
      boolean outIn = op.layout() == WeightLayout.OUT_IN;
      Slot right = outIn ? x : dy;
      stages.add(
          new WeightGradientStage(
              run.context(),
              outIn ? dy : x,
              right,
              outIn,
              run.packedRows(right.columns()),
              weights.gradientMatrix(op.weight())));
    }
    if (op.bias() != null && weights.trains(op.bias())) {
      NativeFloats bias = weights.gradient(op.bias());
      stages.add(
          run.columnSums(
              dy.columns(),
              (from, to) ->
                  run.kernels()
                      .rows()
                      .biasGradient(dy.matrix(), run.context().batch().rows(), bias, from, to)));
    }
    if (write.mode() != Mode.UNWANTED) {
      stages.add(
          LinearStage.inputGradient(
              run.context(),
              dy,
              weights.transposed(op.weight(), op.layout()),
              write.kernelTarget(),
              write.mode() == Mode.ADD));
    }
    return Stage.sequence(stages.toArray(Stage[]::new));
  }
}
