package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Function;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.registry.ExtensionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a user's reward does wrong is told with its name, the prompt and the response. */
final class JudgementsTest {

  private static final List<Completion> TWO =
      List.of(
          new Completion(Prompt.text("p.jsonl:1", "hi", ""), "yes", true),
          new Completion(Prompt.text("p.jsonl:7", "ho", ""), "no", true));

  private static Reward reward(Function<Completion, @Nullable Judgement> judge) {
    return new Reward() {
      @Override
      public String name() {
        return "mine";
      }

      @Override
      @SuppressWarnings("NullAway") // what a user's class may do
      public Judgement judge(Completion completion) {
        return judge.apply(completion);
      }

      @Override
      public boolean isRight(Judgement judgement) {
        throw new UnsupportedOperationException("not mine");
      }
    };
  }

  private static @Nullable Judgement atNo(Completion completion, @Nullable Judgement then) {
    return completion.text().equals("no") ? then : new Judgement(1, "");
  }

  @Test
  void nullIsToldWithPromptAndResponse() {
    assertThatThrownBy(() -> Judgements.of(reward(c -> atNo(c, null)), TWO))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("reward mine answered null for a response to p.jsonl:7 (\"no\")");
  }

  @Test
  void aScoreThatIsNotFiniteIsToldWithPromptAndResponse() {
    assertThatThrownBy(
            () -> Judgements.of(reward(c -> atNo(c, new Judgement(Double.NaN, ""))), TWO))
        .isInstanceOf(ExtensionException.class)
        .hasMessage(
            "reward mine answered NaN for a response to p.jsonl:7 (\"no\"): it must be a finite"
                + " number");
  }

  @Test
  void whatItThrowsIsTheCause() {
    RuntimeException thrown = new IllegalStateException("no service");
    assertThatThrownBy(() ->
            Judgements.of(
                reward(c -> {
                  throw thrown;
                }),
                TWO))
        .isInstanceOf(ExtensionException.class)
        .hasMessage(
            "reward mine failed for a response to p.jsonl:1 (\"yes\"):"
                + " java.lang.IllegalStateException: no service")
        .hasCause(thrown);
  }

  @Test
  void aClassMissingInTheMiddleIsToldLikeAnException() {
    assertThatThrownBy(() ->
            Judgements.of(
                reward(c -> {
                  throw new NoClassDefFoundError("a/B");
                }),
                TWO))
        .isInstanceOf(ExtensionException.class)
        .hasMessageContaining("reward mine failed")
        .hasMessageContaining("a/B");
  }

  @Test
  void memoryRunningOutIsNotTheRewardsFault() {
    assertThatThrownBy(() ->
            Judgements.of(
                reward(c -> {
                  throw new OutOfMemoryError("Java heap space");
                }),
                TWO))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void aWrongNumberOfScoresIsTold() {
    Reward tooFew =
        new Reward() {
          @Override
          public String name() {
            return "few";
          }

          @Override
          public Judgement judge(Completion completion) {
            return new Judgement(0, "");
          }

          @Override
          public ImmutableList<Judgement> judgeAll(List<Completion> completions) {
            return ImmutableList.of(new Judgement(0, ""));
          }
        };
    assertThatThrownBy(() -> Judgements.of(tooFew, TWO))
        .hasMessage("reward few answered 1 scores for 2 responses: one for each is needed");
  }

  @Test
  void whatItThrowsAboutBeingRightIsToldToo() {
    assertThatThrownBy(() ->
            Judgements.right(reward(c -> new Judgement(1, "")), List.of(new Judgement(1, ""))))
        .isInstanceOf(ExtensionException.class)
        .hasMessageContaining("reward mine failed")
        .hasMessageContaining("not mine");
  }

  @Test
  void goodJudgementsComeInOrder() {
    assertThat(Judgements.of(reward(c -> atNo(c, new Judgement(0, "wrong"))), TWO))
        .containsExactly(new Judgement(1, ""), new Judgement(0, "wrong"));
  }
}
