package org.align4j.algorithms.reward.math;

import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;

/** The rule-based reward of the math experiments: 1 for the right final answer, else 0. */
public final class MathReward implements Reward {

  @Override
  public String name() {
    return "math";
  }

  @Override
  public boolean needsAnswer() {
    return true;
  }

  @Override
  public Judgement judge(Completion completion) {
    Verdict verdict =
        MathVerifier.verify(completion.text(), completion.prompt().answer()).verdict();
    return new Judgement(verdict == Verdict.CORRECT ? 1 : 0, verdict.label());
  }
}
