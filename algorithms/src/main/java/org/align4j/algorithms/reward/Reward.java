package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.algorithms.registry.Named;

/**
 * Scores responses. Found by name through {@link java.util.ServiceLoader}; must not throw on any
 * text.
 */
public interface Reward extends Named {

  /**
   * Whether it compares with the prompt's reference answer: prompts without one are then refused
   * when their file is opened, and not scored 0 for ever.
   */
  default boolean needsAnswer() {
    return false;
  }

  /** Scores one response. */
  Judgement judge(Completion completion);

  /** Scores a batch, in order: for rewards that are faster so. */
  default ImmutableList<Judgement> judgeAll(List<Completion> completions) {
    return completions.stream()
        .map(completion -> Judgements.one(this, completion))
        .collect(ImmutableList.toImmutableList());
  }

  /** Whether this verdict counts as right in accuracy. */
  default boolean isRight(Judgement judgement) {
    return judgement.verdict().equals("correct");
  }
}
