package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.core.file.BadFileException;

/**
 * Asks a reward, which may be a user's class, and checks what it answers: what is wrong is told
 * with the reward's name, the prompt and the response.
 */
public final class Judgements {

  private static final String NOUN = "reward";

  private Judgements() {}

  /**
   * A judgement of each response, in order.
   *
   * @throws ExtensionException where the reward throws, answers null, not one judgement for each
   *     response, or a score that is not finite
   */
  public static ImmutableList<Judgement> of(Reward reward, List<Completion> completions) {
    if (completions.isEmpty()) {
      return ImmutableList.of();
    }
    ImmutableList<Judgement> judgements =
        guard(reward, completions, () -> reward.judgeAll(completions));
    if (judgements.size() != completions.size()) {
      throw new ExtensionException(
          "reward %s answered %s scores for %s responses: one for each is needed"
              .formatted(reward.name(), judgements.size(), completions.size()));
    }
    for (int i = 0; i < judgements.size(); i++) {
      check(reward, completions.get(i), judgements.get(i));
    }
    return judgements;
  }

  /** The judgement of one response. */
  static Judgement one(Reward reward, Completion completion) {
    return guard(reward, List.of(completion), () -> reward.judge(completion));
  }

  /** Whether the reward counts each judgement as right. */
  public static ImmutableList<Boolean> right(Reward reward, List<Judgement> judgements) {
    return judgements.stream()
        .map(judgement ->
            ExtensionException.guard(NOUN, reward.name(), () -> reward.isRight(judgement)))
        .collect(ImmutableList.toImmutableList());
  }

  private static <R> R guard(
      Reward reward, List<Completion> completions, ExtensionException.Call<R> call) {
    String asked =
        completions.size() == 1
            ? response(completions.get(0))
            : "%s responses, the first of them %s"
                .formatted(completions.size(), response(completions.get(0)));
    return ExtensionException.guard(NOUN, reward.name(), " for " + asked, call);
  }

  private static void check(Reward reward, Completion completion, Judgement judgement) {
    if (!Double.isFinite(judgement.score())) {
      throw new ExtensionException(
          "reward %s answered %s for %s: it must be a finite number"
              .formatted(reward.name(), judgement.score(), response(completion)));
    }
  }

  private static String response(Completion completion) {
    return "a response to %s (\"%s\")"
        .formatted(completion.prompt().id(), BadFileException.quote(completion.text()));
  }
}
