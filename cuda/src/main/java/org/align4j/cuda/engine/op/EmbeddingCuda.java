package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.engine.run.CudaBatch;
import org.align4j.cuda.engine.run.RowGroups;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Weight;

/** Rows of a table; the gradient is added to the rows that were read. */
final class EmbeddingCuda extends OpCuda {

  private final Op.Embedding<PlanNode> op;

  EmbeddingCuda(PlanOp place, Op.Embedding<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  private boolean readsTokens() {
    return op.ids().kind() == PlanNode.Kind.TOKENS;
  }

  @Override
  void prepare(OpRun run) {
    var _ = run.weights().matrix(op.table());
  }

  @Override
  void forward(OpRun run, Values values) {
    DeviceMatrix out = run.matrix(values.of(place().out()));
    Weight table = run.weights().matrix(op.table());
    CudaBatch batch = run.batch();
    long ids = readsTokens() ? batch.tokens() : batch.positions();
    DeviceMatrix rows =
        new DeviceMatrix(table.address(), table.rows(), table.columns(), table.pitch());
    if (table.bf16()) {
      run.kernels().rows().gatherRowsBf16(rows, ids, out, run.rows(), out.columns());
    } else {
      run.kernels().rows().gatherRows(rows, ids, out, run.rows(), out.columns());
    }
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    RowGroups groups = readsTokens() ? run.batch().byToken() : run.batch().byPosition();
    groups.add(run.kernels().rows(), run.matrix(dy), run.weights().gradientMatrix(op.table()));
  }
}
