package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A reward of a function of many responses. */
final class BatchFunctionReward implements BatchReward {

  private final String name;
  private final Function<List<Completion>, double[]> scores;

  BatchFunctionReward(String name, Function<List<Completion>, double[]> scores) {
    checkArgument(!name.isBlank(), "the reward's name is empty: metrics are named by it");
    this.name = name;
    this.scores = scores;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ImmutableList<Judgement> judgeAll(List<Completion> completions) {
    return Arrays.stream(scores.apply(completions))
        .mapToObj(Judgement::of)
        .collect(ImmutableList.toImmutableList());
  }
}
