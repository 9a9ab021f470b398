package org.align4j.core.plan.head;

import org.align4j.core.batch.TokenBatch;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.plan.run.SubBatch;

/** Applies a head at the labelled rows of a part, with the answers at their places in the batch. */
public final class HeadPass {

  private final PlanHead head;
  private HeadResults ofPart = room(0);

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
    int count = batch.rows().length;
    HeadResults target = all;
    if (part.outputs() != null) {
      ofPart = atLeast(ofPart, count);
      target = ofPart;
    }
    head.forward(
        plan.hidden().matrix(),
        batch.rows(),
        batch.labels(),
        count,
        batch.temperature(),
        target,
        keep);
    if (target != all) {
      for (int m = 0; m < count; m++) {
        int at = part.output(m);
        all.outputs()[at] = target.outputs()[m];
        all.entropy()[at] = target.entropy()[m];
        all.logSumExp()[at] = target.logSumExp()[m];
      }
    }
  }

  /** Results for so many rows: those given, where they are large enough. */
  public static HeadResults atLeast(HeadResults there, int count) {
    return there.outputs().length < count ? room(count) : there;
  }

  /** Results for so many rows. */
  public static HeadResults room(int count) {
    return new HeadResults(new float[count], new float[count], new float[count]);
  }
}
