package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.Optional;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.PromptFile;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.settings.EvaluationSettings;
import org.align4j.algorithms.settings.TrainInput;

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
   */
  public static TrainData open(TrainInput input, EvaluationSettings evaluation) {
    if (input.isEmbedded()) {
      int size = Math.min(evaluation.size(), ArithmeticTask.HELD_OUT_SIZE);
      return new TrainData(
          ArithmeticTask.training(),
          size == 0 ? Optional.empty() : Optional.of(ArithmeticTask.heldOut(size)));
    }
    Prompts all = file(input, input.prompts().orElseThrow());
    int size = evaluation.size();
    if (size == 0) {
      return new TrainData(all, Optional.empty());
    }
    if (evaluation.prompts().isPresent()) {
      Prompts heldOut = file(input, evaluation.prompts().get());
      return new TrainData(
          all, Optional.of(new Slice(heldOut, 0, Math.min(size, heldOut.size()), false)));
    }
    checkArgument(
        all.size() > size,
        "%s has %s prompts, %s are to be held out: pass more prompts or a smaller evaluation.size",
        input.prompts().get(),
        all.size(),
        size);
    int split = all.size() - size;
    return new TrainData(
        new Slice(all, 0, split, false), Optional.of(new Slice(all, split, all.size(), false)));
  }

  private static Prompts file(TrainInput input, String path) {
    return PromptFile.open(
        Path.of(path),
        new PromptFields(input.promptKey().orElse(""), input.answerKey().orElse("")),
        input.skipBadLines() ? BadLines.SKIP : BadLines.FATAL);
  }

  /** The same prompts as chats. */
  public TrainData asChats() {
    return new TrainData(
        new Slice(training, 0, training.size(), true),
        heldOut.map(prompts -> new Slice(prompts, 0, prompts.size(), true)));
  }

  /** Some of the prompts, as chats where asked for. */
  private record Slice(Prompts prompts, int from, int to, boolean chat) implements Prompts {
    @Override
    public int size() {
      return to - from;
    }

    @Override
    public Prompt get(int index) {
      Prompt prompt = prompts.get(from + index);
      return chat ? prompt.asChat() : prompt;
    }
  }
}
