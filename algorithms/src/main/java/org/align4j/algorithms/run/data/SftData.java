package org.align4j.algorithms.run.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.JsonLines;
import org.align4j.algorithms.data.PairFiles;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.settings.input.SftInput;
import org.align4j.algorithms.settings.run.EvaluationSettings;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.models.policy.Policy;

/**
 * The examples of a run.
 *
 * @param examples to imitate, by index in {@code [0,size)}
 * @param size how many
 * @param heldOut examples whose loss is measured; may be empty
 * @param problems held-out prompts with a reference answer, which are solved; may be empty
 */
public record SftData(
    IntFunction<TextPair> examples,
    int size,
    ImmutableList<TextPair> heldOut,
    ImmutableList<Prompt> problems) {

  /** Opens and checks the files; held-out examples come from a file or from the end of the data. */
  public static SftData open(SftInput input, EvaluationSettings evaluation) {
    int held = evaluation.size();
    if (input.isEmbedded()) {
      Prompts problems =
          ArithmeticTask.heldOut(Math.max(1, Math.min(held, ArithmeticTask.HELD_OUT_SIZE)));
      return new SftData(
          ArithmeticTask::demonstration,
          ArithmeticModel.DEMONSTRATIONS,
          ImmutableList.of(),
          held == 0 ? ImmutableList.of() : all(problems));
    }
    ImmutableList<TextPair> all = read(input, input.data().orElseThrow());
    if (held == 0) {
      return of(all, ImmutableList.of());
    }
    if (evaluation.prompts().isPresent()) {
      ImmutableList<TextPair> other = read(input, evaluation.prompts().get());
      return of(all, other.subList(0, Math.min(held, other.size())));
    }
    checkArgument(
        all.size() > held,
        "%s has %s examples, %s are to be held out: pass more or a smaller evaluation.size",
        input.data().get(),
        all.size(),
        held);
    int split = all.size() - held;
    return of(all.subList(0, split), all.subList(split, all.size()));
  }

  /**
   * The examples that a policy can be trained on.
   *
   * @param maxLength longest example in tokens
   */
  public SftData usable(Policy policy, int maxLength, SftInput input) {
    if (input.isEmbedded()) {
      return this;
    }
    PromptCheck check = PromptCheck.of(policy).withMaxLength(maxLength);
    BadLines badLines = input.skipBadLines() ? BadLines.SKIP : BadLines.FATAL;
    List<TextPair> all = IntStream.range(0, size).mapToObj(examples).toList();
    return of(
        ImmutableList.copyOf(check.usableExamples(all, badLines)),
        heldOut.isEmpty()
            ? heldOut
            : ImmutableList.copyOf(check.usableExamples(heldOut, badLines)));
  }

  private static SftData of(ImmutableList<TextPair> training, ImmutableList<TextPair> heldOut) {
    ImmutableList<Prompt> problems =
        heldOut.stream()
            .map(TextPair::prompt)
            .filter(prompt -> !prompt.answer().isEmpty())
            .collect(ImmutableList.toImmutableList());
    return new SftData(training::get, training.size(), heldOut, problems);
  }

  private static ImmutableList<Prompt> all(Prompts prompts) {
    ImmutableList.Builder<Prompt> all = ImmutableList.builder();
    for (int i = 0; i < prompts.size(); i++) {
      all.add(prompts.get(i));
    }
    return all.build();
  }

  private static ImmutableList<TextPair> read(SftInput input, String path) {
    try (JsonLines<TextPair> lines =
        PairFiles.supervised(
            Path.of(path),
            new PromptFields(input.promptKey().orElse(""), input.answerKey().orElse("")),
            input.skipBadLines() ? BadLines.SKIP : BadLines.FATAL)) {
      return ImmutableList.copyOf(lines.all());
    }
  }
}
