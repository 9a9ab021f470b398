package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.ToDoubleFunction;

/** A reward of a function. {@link Reward#of} makes it. */
public final class FunctionReward implements Reward {

  private final String name;
  private final ToDoubleFunction<Completion> score;
  private final int concurrency;

  FunctionReward(String name, ToDoubleFunction<Completion> score, int concurrency) {
    checkArgument(!name.isBlank(), "the reward's name is empty: metrics are named by it");
    checkArgument(concurrency > 0, "concurrency is %s: it must be at least 1", concurrency);
    this.name = name;
    this.score = score;
    this.concurrency = concurrency;
  }

  /** The same reward for a function that so many threads may call at once. */
  public FunctionReward withConcurrency(int calls) {
    return new FunctionReward(name, score, calls);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int concurrency() {
    return concurrency;
  }

  @Override
  public Judgement judge(Completion completion) {
    return Judgement.of(score.applyAsDouble(completion));
  }
}
