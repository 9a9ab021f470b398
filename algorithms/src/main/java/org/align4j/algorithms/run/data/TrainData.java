package org.align4j.algorithms.run.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.PromptFile;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.settings.input.TrainInput;
import org.align4j.algorithms.settings.run.EvaluationSettings;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.models.policy.Policy;

/**
 * The prompts of a run.
 *
 * @param training to train on
 * @param heldOut to evaluate on; empty for none
 */
public record TrainData(Prompts training, Optional<Prompts> heldOut) {

  /**
   * Opens and checks the files; held-out prompts come from a file of their own or from the end of
   * the training prompts.
   *
   * @param answerNeeded whether a prompt without a reference answer is a bad line
   */
  public static TrainData open(
      TrainInput input, EvaluationSettings evaluation, boolean answerNeeded) {
    if (input.isEmbedded()) {
      int size = Math.min(evaluation.size(), ArithmeticTask.HELD_OUT_SIZE);
      return new TrainData(
          ArithmeticTask.training(),
          size == 0 ? Optional.empty() : Optional.of(ArithmeticTask.heldOut(size)));
    }
    Prompts all = file(input, input.prompts().orElseThrow(), answerNeeded);
    int size = evaluation.size();
    if (size == 0) {
      return new TrainData(all, Optional.empty());
    }
    if (evaluation.prompts().isPresent()) {
      Prompts heldOut = file(input, evaluation.prompts().get(), answerNeeded);
      return new TrainData(all, Optional.of(heldOut.slice(0, Math.min(size, heldOut.size()))));
    }
    checkArgument(
        all.size() > size,
        "%s has %s prompts, %s are to be held out: pass more prompts or a smaller evaluation.size",
        input.prompts().get(),
        all.size(),
        size);
    int split = all.size() - size;
    return new TrainData(all.slice(0, split), Optional.of(all.slice(split, all.size())));
  }

  /** The files that a run reads: none for the embedded task. */
  public static ImmutableList<Path> files(TrainInput input, EvaluationSettings evaluation) {
    return Stream.of(input.prompts(), evaluation.prompts(), input.teacher())
        .flatMap(Optional::stream)
        .map(Path::of)
        .collect(ImmutableList.toImmutableList());
  }

  private static Prompts file(TrainInput input, String path, boolean answerNeeded) {
    return PromptFile.open(
        Path.of(path),
        new PromptFields(input.promptKey().orElse(""), input.answerKey().orElse(""), answerNeeded),
        badLines(input));
  }

  /**
   * The prompts that a policy can take, in chat where it has a template.
   *
   * @param maxNewTokens longest response, for the warning
   * @throws IllegalArgumentException naming the first that it cannot take, unless bad lines are
   *     left out
   */
  public TrainData usable(Policy policy, int maxNewTokens, TrainInput input) {
    if (input.isEmbedded()) {
      return this;
    }
    boolean chat = policy.chatTemplate().isPresent();
    PromptCheck check = PromptCheck.of(policy);
    UnaryOperator<Prompts> usable =
        prompts -> check.usable(chat ? prompts.asChats() : prompts, maxNewTokens, badLines(input));
    return new TrainData(usable.apply(training), heldOut.map(usable));
  }

  private static BadLines badLines(TrainInput input) {
    return input.skipBadLines() ? BadLines.SKIP : BadLines.FATAL;
  }
}
