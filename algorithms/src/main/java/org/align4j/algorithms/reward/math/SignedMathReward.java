package org.align4j.algorithms.reward.math;

import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;

/** 1 for the right final answer, −1 for any other outcome. */
public final class SignedMathReward implements Reward {

  @Override
  public String name() {
    return "math-signed";
  }

  @Override
  public boolean needsAnswer() {
    return true;
  }

  @Override
  public Judgement judge(Completion completion) {
    Verdict verdict =
        MathVerifier.verify(completion.text(), completion.prompt().answer()).verdict();
    return new Judgement(verdict == Verdict.CORRECT ? 1 : -1, verdict.label());
  }
}
