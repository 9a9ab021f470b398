package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;

/** Some columns, which lie in the memory of the whole. */
final class ColumnsCuda extends OpCuda {

  private final Op.Columns<PlanNode> op;

  ColumnsCuda(PlanOp place, Op.Columns<PlanNode> op, Predicate<PlanNode> trained) {
    super(place, trained);
    this.op = op;
  }

  @Override
  void forward(OpRun run, Values values) {}

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    Write write = writes.getFirst();
    if (write.mode() == Mode.SHARED) {
      return;
    }
    // Overlapping or missing columns: every part adds to a gradient that begins at zero.
    Slot whole = write.kernelTarget();
    if (write.mode() != Mode.ADD) {
      run.zero(whole);
    }
    run.accumulate(run.matrix(dy), run.matrix(whole).columns(op.from(), op.to()));
  }
}
