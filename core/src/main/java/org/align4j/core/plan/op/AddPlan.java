package org.align4j.core.plan.op;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.plan.layout.GradientSlots.Mode;
import org.align4j.core.plan.layout.GradientSlots.Write;
import org.align4j.core.plan.layout.Slot;
import org.align4j.core.plan.run.Stage;

/** A sum; its gradient is that of both terms. */
final class AddPlan extends OpPlan {

  AddPlan(PlanOp place) {
    super(place);
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  @Override
  public Passing passing() {
    return Passing.UNCHANGED;
  }

  @Override
  public boolean addsGradient() {
    return true;
  }

  @Override
  public boolean backwardReadsInputs() {
    return false;
  }

  @Override
  Stage forward(OpRun run, Values values) {
    Slot left = values.of(place().inputs().get(0));
    Slot right = values.of(place().inputs().get(1));
    Slot out = values.of(place().out());
    return run.rows(
        out,
        (from, to) ->
            run.kernels().rows().add(left.matrix(), right.matrix(), out.matrix(), from, to));
  }

  @Override
  Stage backward(OpRun run, Slot dy, List<Write> writes) {
    List<Stage> stages = new ArrayList<>();
    for (Write write : writes) {
      if (write.mode() == Mode.OVERWRITE) {
        stages.add(run.copy(dy, write.target()));
      } else if (write.mode() == Mode.ADD) {
        stages.add(run.accumulate(dy, write.target()));
      }
    }
    return Stage.sequence(stages.toArray(Stage[]::new));
  }
}
