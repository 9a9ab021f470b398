package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.reward.judging.RewardRunner;

/**
 * Scores responses. {@link #of} makes one of a function; a class is found by name through {@link
 * java.util.ServiceLoader}.
 *
 * <p>{@link RewardRunner} calls rewards, on virtual threads and under a time limit. What a call
 * throws, does not answer in time, or answers that is no finite number is reported with the prompt
 * and the response, and never becomes a score. Calls come one at a time, from threads that may
 * change, unless {@link #concurrency} says that more may come at once.
 */
public interface Reward extends Named, AutoCloseable {

  /**
   * Whether it compares with the prompt's reference answer: prompts without one are then refused
   * when their file is opened, and not scored 0 for ever.
   */
  default boolean needsAnswer() {
    return false;
  }

  /** Scores one response. A call that takes long should react to interrupts. */
  Judgement judge(Completion completion);

  /** Most calls at a time: 1, or more where the reward may be called by many threads at once. */
  default int concurrency() {
    return 1;
  }

  /**
   * Whether a judgement counts as right in accuracy: its verdict is correct, or it has none and
   * scores at least 1.
   */
  default boolean isRight(Judgement judgement) {
    return judgement.verdict().isEmpty()
        ? judgement.score() >= 1
        : judgement.verdict().equals("correct");
  }

  /**
   * Weights of the components of a judgement that add up to its score, by name and in order; empty
   * where the score is no sum.
   */
  default ImmutableMap<String, Double> weights() {
    return ImmutableMap.of();
  }

  /** Frees what the reward owns, such as a model. */
  @Override
  default void close() {}

  /** A reward of a function of prompt and response; {@code prompt.answer()} is the reference. */
  static FunctionReward of(String name, ToDoubleBiFunction<Prompt, String> score) {
    return of(name, c -> score.applyAsDouble(c.prompt(), c.text()));
  }

  /** A reward of a function of the completion, which also says whether the response ended. */
  static FunctionReward of(String name, ToDoubleFunction<Completion> score) {
    return new FunctionReward(name, score, 1);
  }

  /** A reward of a function that scores many responses at once, one number for each, in order. */
  static BatchReward ofBatch(String name, Function<List<Completion>, double[]> scores) {
    return new BatchFunctionReward(name, scores);
  }
}
