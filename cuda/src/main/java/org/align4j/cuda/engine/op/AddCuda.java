package org.align4j.cuda.engine.op;

import java.util.List;
import java.util.function.Predicate;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.cuda.kernel.DeviceMatrix;

/** A sum; its gradient is that of both terms. */
final class AddCuda extends OpCuda {

  AddCuda(PlanOp place, Predicate<PlanNode> trained) {
    super(place, trained);
  }

  @Override
  void forward(OpRun run, Values values) {
    DeviceMatrix left = run.matrix(values.of(place().inputs().get(0)));
    DeviceMatrix right = run.matrix(values.of(place().inputs().get(1)));
    DeviceMatrix out = run.matrix(values.of(place().out()));
    run.kernels().rows().addRows(left, right, out, run.rows(), out.columns());
  }

  @Override
  void backward(OpRun run, Slot dy, List<Write> writes) {
    for (Write write : writes) {
      if (write.mode() == Mode.OVERWRITE) {
        run.copy(dy, write.target());
      } else if (write.mode() == Mode.ADD) {
        run.accumulate(dy, write.target());
      }
    }
  }
}
