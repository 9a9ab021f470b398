package org.align4j.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.JsonLines;
import org.align4j.algorithms.data.PairFiles;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.Evaluator;
import org.align4j.algorithms.train.Interval;
import org.align4j.algorithms.train.ModelCodec;
import org.align4j.algorithms.train.PromptCheck;
import org.align4j.algorithms.train.SftSettings;
import org.align4j.algorithms.train.SftTrainer;
import org.align4j.core.metric.JsonlMetrics;
import org.align4j.core.metric.MetricSink;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Policy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Supervised fine-tuning. */
@Command(
    name = "sft",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Fine-tune a model on prompts and responses, loss on the responses only, and save it as a Hugging Face folder. Without --model and"
            + " --data: make the policy of the embedded task from random weights.")
final class SftCommand implements Callable<Integer> {

  private static final int LINES = 20;
  private static final int SLOTS = 32;

  private final Console console;

  @Option(names = "--model", paramLabel = "FOLDER-OR-GGUF", description = "Where to start from.")
  private @Nullable Path model;

  @Option(
      names = "--data",
      paramLabel = "FILE.jsonl",
      description = "Prompts with the responses to imitate (GSM8K's files too).")
  private @Nullable Path data;

  @Option(
      names = "--prompt-key",
      defaultValue = "",
      description =
          "Key of the prompt, or a path such as a.b (default: question, prompt, problem, query, instruction or messages).")
  private String promptKey;

  @Option(
      names = "--answer-key",
      defaultValue = "",
      description =
          "Key of the response or answer, or a path such as a.b (default: response, completion, output, solution or answer).")
  private String answerKey;

  @Option(
      names = "--skip-bad-lines",
      description = "Leave lines out that cannot be used, instead of refusing the file.")
  private boolean skipBadLines;

  @Option(
      names = "--eval-size",
      defaultValue = "64",
      description =
          "Examples held out of the data's end for the evaluation; 0 for none (default: ${DEFAULT-VALUE}).")
  private int evalSize;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      description = "Longest response of the evaluation (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(names = "--steps", description = "Optimiser steps.")
  private @Nullable Integer steps;

  @Option(
      names = "--set",
      paramLabel = "field=value",
      description =
          "Any other hyper-parameter, by its name in SftSettings; may be given several times.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Gets policy/ and metrics.jsonl; neither may exist.")
  private Path out;

  @Mixin private ChatTemplateOption chatTemplate;

  @Mixin private EngineOption engine;

  SftCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    boolean embedded = model == null;
    SftSettings settings = Failures.usage(() -> settings(embedded));
    List<TextPair> examples = embedded ? List.of() : Failures.usage(this::examples);
    try (Policy policy = Failures.usage(() -> start(model))) {
      SftSettings fitting = fitting(settings, policy);
      List<TextPair> usable =
          embedded ? examples : Failures.usage(() -> usable(examples, fitting, policy));
      Failures.usage(() -> Files.createDirectories(out));
      try (MetricSink metrics =
          Failures.usage(() -> JsonlMetrics.create(out.resolve("metrics.jsonl")))) {
        train(policy, fitting, usable, metrics);
      }
      policy.save(out.resolve("policy"));
      console.print("The policy is in " + out.resolve("policy"));
    }
    return 0;
  }

  private void train(
      Policy policy, SftSettings settings, List<TextPair> examples, MetricSink metrics) {
    boolean embedded = model == null;
    int held = embedded ? 0 : evalSize;
    int size = embedded ? ArithmeticModel.DEMONSTRATIONS : examples.size() - held;
    ModelCodec codec = ModelCodec.of(policy);
    try (SftTrainer trainer =
        new SftTrainer(
            policy.network(),
            codec,
            embedded ? ArithmeticTask::demonstration : examples::get,
            size,
            settings)) {
      trainer.run(metrics, report -> progress(report, settings));
      List<TextPair> heldOut = examples.subList(examples.size() - held, examples.size());
      if (held > 0) {
        console.print(
            String.format(
                Locale.ROOT, "held-out loss  %.4f per response token", trainer.evaluate(heldOut)));
      }
      Prompts problems =
          embedded && evalSize > 0
              ? ArithmeticTask.heldOut(ArithmeticTask.HELD_OUT_SIZE)
              : withAnswers(heldOut);
      if (problems.size() > 0) {
        Interval accuracy =
            new Evaluator(policy.generator(SLOTS), codec, Rewards.named("math"))
                .greedy(
                    problems,
                    problems.size(),
                    embedded ? ArithmeticTask.MAX_SOLUTION + 4 : maxNewTokens)
                .accuracy();
        console.print(
            String.format(
                Locale.ROOT,
                "held-out accuracy  %.1f %% (95 %%: %.1f to %.1f)",
                100 * accuracy.value(),
                100 * accuracy.low(),
                100 * accuracy.high()));
      }
    }
  }

  private static Prompts withAnswers(List<TextPair> pairs) {
    List<Prompt> prompts =
        pairs.stream().map(TextPair::prompt).filter(prompt -> !prompt.answer().isEmpty()).toList();
    return Prompts.of(prompts);
  }

  private void progress(SftTrainer.Report report, SftSettings settings) {
    if (report.step() % Math.max(1, settings.steps() / LINES) == 0
        || report.step() == settings.steps()) {
      console
          .log()
          .println(
              String.format(
                  Locale.ROOT,
                  "step %d of %d, loss %.4f",
                  report.step(),
                  settings.steps(),
                  report.loss()));
    }
  }

  private SftSettings settings(boolean embedded) throws IOException {
    Checks.that(
        embedded == (data == null), embedded ? "--data needs --model" : "--model needs --data");
    Checks.that(
        !embedded || chatTemplate.kwargs().isEmpty(), "--chat-template-kwargs needs --model");
    Checks.that(
        evalSize >= 0,
        "--eval-size is %s: it must be 0 (no evaluation) or above".formatted(evalSize));
    Checks.that(
        !Files.exists(out.resolve("policy")),
        "--out: %s exists already".formatted(out.resolve("policy")));
    Path metrics = out.resolve("metrics.jsonl");
    // Empty: an earlier run was interrupted before its first step.
    if (Files.isRegularFile(metrics) && Files.size(metrics) == 0) {
      Files.delete(metrics);
    }
    Checks.that(!Files.exists(metrics), "--out: %s exists already".formatted(metrics));
    SftSettings settings = embedded ? SftSettings.ARITHMETIC : SftSettings.SMALL_MODEL;
    if (steps != null) {
      settings = settings.with("steps", Integer.toString(steps));
    }
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      settings = settings.with(override.getKey(), override.getValue());
    }
    return settings;
  }

  private List<TextPair> examples() {
    List<TextPair> pairs = new ArrayList<>();
    try (JsonLines<TextPair> lines =
        PairFiles.supervised(
            java.util.Objects.requireNonNull(data),
            new PromptFields(promptKey, answerKey),
            skipBadLines ? BadLines.SKIP : BadLines.FATAL)) {
      pairs.addAll(lines.all());
    }
    return pairs;
  }

  /** No example may be longer than the model's sequences. */
  private static SftSettings fitting(SftSettings settings, Policy policy) {
    int longest = Math.min(settings.maxLength(), policy.config().maxPositions());
    return settings.with("maxLength", Integer.toString(longest));
  }

  private List<TextPair> usable(List<TextPair> examples, SftSettings settings, Policy policy) {
    List<TextPair> usable =
        PromptCheck.of(policy)
            .withMaxLength(settings.maxLength())
            .usableExamples(examples, skipBadLines ? BadLines.SKIP : BadLines.FATAL);
    Checks.that(
        usable.size() > evalSize,
        "%s has %s examples that can be used, %s are to be held out: pass more or a smaller --eval-size"
            .formatted(data, usable.size(), evalSize));
    return usable;
  }

  private Policy start(@Nullable Path path) {
    return path == null
        ? ArithmeticModel.untrained(engine.engine(), 1)
        : Policy.of(
            Checkpoint.load(path).withTemplateKwargs(chatTemplate.kwargs()), engine.engine());
  }
}
