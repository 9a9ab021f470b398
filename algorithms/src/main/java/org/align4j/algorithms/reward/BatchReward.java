package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A reward that scores many responses in one call: a model, a remote endpoint. */
public interface BatchReward extends Reward {

  /**
   * One judgement for each response, in order. What it throws is the failure of every response of
   * the call; {@link Judgement#failed} is that of a single one.
   */
  ImmutableList<Judgement> judgeAll(List<Completion> completions);

  /** Most responses of one call. */
  default int batchSize() {
    return Integer.MAX_VALUE;
  }

  @Override
  default Judgement judge(Completion completion) {
    return judgeAll(ImmutableList.of(completion)).get(0);
  }
}
