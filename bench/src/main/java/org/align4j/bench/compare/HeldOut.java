package org.align4j.bench.compare;

import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.Evaluator;
import org.align4j.algorithms.train.ModelCodec;
import org.align4j.models.policy.Policy;

/** Held-out problems solved greedily. */
final class HeldOut {

  private static final int SLOTS = 64;

  private HeldOut() {}

  /** Share of the workload's held-out problems that a policy solves. */
  static double accuracy(Policy policy, Workload workload, RlSettings settings) {
    Prompts problems = workload.heldOut().orElseThrow();
    return new Evaluator(policy.generator(SLOTS), ModelCodec.of(policy), workload.reward())
        .greedy(problems, problems.size(), settings.rollout().maxNewTokens())
        .accuracy()
        .value();
  }
}
