package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.Prompt;

/** Responses that are the numbers from 0, and what tests of the runner say of them. */
public final class Numbered {

  private Numbered() {}

  /** Response i is the text of the number i. */
  public static ImmutableList<Completion> responses(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Completion(Prompt.text("train.jsonl:" + (i + 1), "?", ""), "" + i, true))
        .collect(ImmutableList.toImmutableList());
  }

  public static List<Double> scores(List<Judgement> judgements) {
    return judgements.stream().map(Judgement::score).toList();
  }

  public static int number(Completion completion) {
    return Integer.parseInt(completion.text());
  }

  /** Whatever happens is a failure of the test, not of the reward. */
  public static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
