package org.align4j.core.plan.op;

import java.util.List;
import java.util.function.Supplier;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Batch;
import org.align4j.core.plan.run.Stage;
import org.align4j.core.plan.run.Weights;

/** Rows of a table; the gradient is added to the rows that were read. */
final class EmbeddingPlan extends OpPlan {

  private final Op.Embedding<PlanNode> op;

  EmbeddingPlan(PlanOp place, Op.Embedding<PlanNode> op) {
    super(place);
    this.op = op;
  }

  @Override
  public Weight table() {
    return new Weight(op.table(), WeightLayout.OUT_IN, 0);
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot out = values.of(place().out());
    Weights.Rows table = run.context().weights().rows(op.table());
    Supplier<int[]> ids = ids(run.context().batch());
    return run.rows(out, (from, to) -> table.gather(ids.get(), out.matrix(), from, to));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    Matrix gradient = run.context().weights().gradientMatrix(op.table());
    Batch batch = run.context().batch();
    Supplier<int[]> ids = ids(batch);
    return run.columnSums(
        dy.columns(),
        (from, to) ->
            run.kernels()
                .rows()
                .scatterAddRows(dy.matrix(), ids.get(), batch.rows(), gradient, from, to));
  }

  private Supplier<int[]> ids(Batch batch) {
    return op.ids().kind() == PlanNode.Kind.TOKENS ? batch::tokens : batch::positions;
  }
}
