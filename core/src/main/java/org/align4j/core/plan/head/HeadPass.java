package org.align4j.core.plan.head;

import org.align4j.core.batch.TokenBatch;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.plan.run.SubBatch;

/** Applies a head at the labelled rows of a part, with the answers at their places in the batch. */
public final class HeadPass {

  private final PlanHead head;
  private final PartResults results = new PartResults();

  /** Passes of this head. */
  public HeadPass(PlanHead head) {
    this.head = head;
  }

  /**
   * Computes the outputs of a part.
   *
   * @param plan after its forward pass
   * @param all results of the whole batch
   * @param keep whether a backward pass may follow
   */
  public void apply(Plan plan, SubBatch part, HeadResults all, boolean keep) {
    TokenBatch batch = part.batch();
    results.collect(
        part,
        all,
        target ->
            head.forward(
                plan.hidden().matrix(),
                batch.rows(),
                batch.labels(),
                batch.rows().length,
                batch.temperature(),
                target,
                keep));
  }
}
