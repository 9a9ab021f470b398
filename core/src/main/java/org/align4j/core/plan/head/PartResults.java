package org.align4j.core.plan.head;

import java.util.function.Consumer;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.core.plan.run.SubBatch;

/** Puts what a head answers for a part at its places in the whole batch. */
public final class PartResults {

  private HeadResults ofPart = room(0);

  /**
   * Runs a head over a part.
   *
   * @param all results of the whole batch
   * @param pass writes those of the part, in the part's order
   */
  public void collect(SubBatch part, HeadResults all, Consumer<HeadResults> pass) {
    if (part.outputs() == null) {
      pass.accept(all);
      return;
    }
    int count = part.batch().rows().length;
    ofPart = atLeast(ofPart, count);
    pass.accept(ofPart);
    for (int m = 0; m < count; m++) {
      int at = part.output(m);
      all.outputs()[at] = ofPart.outputs()[m];
      all.entropy()[at] = ofPart.entropy()[m];
      all.logSumExp()[at] = ofPart.logSumExp()[m];
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
