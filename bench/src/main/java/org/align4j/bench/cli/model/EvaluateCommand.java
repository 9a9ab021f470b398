package org.align4j.bench.cli.model;

import com.google.common.base.MoreObjects;
import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.PromptFile;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.cluster.ClusterCompletions;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.log.CompletionRow;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.algorithms.train.evaluation.Evaluation;
import org.align4j.algorithms.train.evaluation.Evaluator;
import org.align4j.algorithms.train.evaluation.Interval;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.OptionChecks;
import org.align4j.bench.cli.option.ChatTemplateOption;
import org.align4j.bench.cli.option.EngineOption;
import org.align4j.bench.cli.option.SparkOption;
import org.align4j.bench.cli.option.WeightsOption;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.metric.StepLines;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.policy.Policy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Accuracy of a model on problems with answers. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Have a model solve problems: greedy accuracy, or with --samples mean@k, unbiased pass@k and maj@k, with 95 %% confidence intervals.")
public final class EvaluateCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FOLDER-OR-GGUF",
      description = "Hugging Face folder or GGUF file.")
  private Path model;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE.jsonl",
      description = "Problems with answers.")
  private Path prompts;

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
          "Key of the reference answer, or a path such as reward_model.ground_truth (default: answer, ground_truth, final_answer, target,"
              + " reward_model.ground_truth, label or solution).")
  private String answerKey;

  @Option(
      names = "--skip-bad-lines",
      description = "Leave lines out that cannot be used, instead of refusing the file.")
  private boolean skipBadLines;

  @Option(names = "--size", description = "Problems from the beginning of the file (default: all).")
  private @Nullable Integer size;

  @Option(
      names = "--samples",
      defaultValue = "1",
      description = "Responses to each problem; 1 is greedy (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      description = "Of sampling, with --samples above 1 (default: ${DEFAULT-VALUE}).")
  private float temperature;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      description = "Of sampling (default: ${DEFAULT-VALUE}).")
  private float topP;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      description = "Longest response (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the sampling (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch",
      defaultValue = "32",
      description =
          "Most sequences decoded at once; results do not depend on it (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--reward",
      defaultValue = "math",
      description = "Reward that says what is right; docs/rewards.md (default: ${DEFAULT-VALUE}).")
  private String reward;

  @Option(
      names = "--completions",
      paramLabel = "FILE.jsonl",
      description = "Writes every response with its score; the file must not exist.")
  private @Nullable Path completions;

  @Mixin private ChatTemplateOption chatTemplate;

  @Mixin private WeightsOption weights;

  @Mixin private EngineOption engine;

  @Mixin private SparkOption spark;

  public EvaluateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    GenerationSettings settings =
        Failures.usage(() -> {
          OptionChecks.atLeastOne("--samples", samples);
          OptionChecks.atLeastOne("--batch", batch);
          OptionChecks.that(
              size == null || size >= 1, "--size is %s: it must be at least 1".formatted(size));
          OptionChecks.that(
              completions == null || !Files.exists(completions),
              "--completions: %s exists already".formatted(completions));
          OptionChecks.that(
              completions == null || Files.isDirectory(folderOf(completions)),
              "--completions: %s is in a folder that does not exist".formatted(completions));
          SamplingSettings sampling =
              samples == 1 ? SamplingSettings.GREEDY : new SamplingSettings(temperature, 0, topP);
          return new GenerationSettings(maxNewTokens, sampling, ImmutableList.of());
        });
    BadLines badLines = skipBadLines ? BadLines.SKIP : BadLines.FATAL;
    try (Reward scored = Failures.usage(() -> RewardSpec.parse(reward).build(engine.engine()));
        PromptFile file =
            Failures.usage(() ->
                PromptFile.open(
                    prompts,
                    new PromptFields(promptKey, answerKey, scored.needsAnswer()),
                    badLines));
        StoredCheckpoint text =
            Failures.usage(() ->
                PolicyFiles.open(Optional.of(model.toString()))
                    .withTemplateKwargs(chatTemplate.kwargs()))) {
      Prompts problems = Failures.usage(() -> usable(text, file, badLines));
      if (weights.dryRun()) {
        return 0;
      }
      Evaluation evaluation;
      try (Policy policy = Failures.usage(() -> start(text))) {
        evaluation = evaluate(policy, scored, problems, settings);
      }
      if (completions != null) {
        try (StepLines lines = StepLines.create(completions)) {
          evaluation
              .samples()
              .forEach(sample -> lines.write(CompletionRow.ofStep(0, CompletionRow.of(sample))));
        }
      }
      show(evaluation);
    }
    return 0;
  }

  private Evaluation evaluate(
      Policy policy, Reward scored, Prompts problems, GenerationSettings settings) {
    try (Cluster cluster = spark.open()) {
      CompletionSource source = policy.generator(batch);
      if (cluster != null) {
        String path = model.toAbsolutePath().toString();
        source =
            new ClusterCompletions(
                cluster,
                new EvaluatedPolicy(
                    path, chatTemplate.kwargs().toString(), engine.name(), weights.name()),
                batch,
                source.maxPositions());
      }
      return new Evaluator(source, ModelCodec.of(policy), scored)
          .sampled(problems, problems.size(), samples, settings, seed);
    }
  }

  /** The first prompts of the file, or all, that the model can take. */
  private Prompts usable(StoredCheckpoint text, Prompts file, BadLines badLines) {
    Prompts asked = text.chatTemplate().isPresent() ? file.asChats() : file;
    int count = size == null ? asked.size() : Math.min(size, asked.size());
    ModelCodec codec = ModelCodec.of(text);
    PromptCheck check = new PromptCheck(codec, text.config().maxPositions());
    Prompts usable =
        badLines == BadLines.FATAL
            ? check.usable(asked.slice(0, count), maxNewTokens, badLines)
            : check.usable(asked, maxNewTokens, badLines);
    Prompts problems = usable.slice(0, Math.min(count, usable.size()));
    weights.checkMemory(
        model,
        text,
        new Passes(
            codec.longest(problems) + maxNewTokens, 0, Math.min(batch, samples * problems.size())),
        engine.engine(),
        console.log());
    return problems;
  }

  private static Path folderOf(Path file) {
    return MoreObjects.firstNonNull(file.toAbsolutePath().getParent(), file);
  }

  private void show(Evaluation evaluation) {
    console.print("problems  " + evaluation.problems());
    if (samples == 1) {
      console.print("accuracy  " + percent(evaluation.accuracy()));
    } else {
      console.print("mean@%s  %s".formatted(samples, percent(evaluation.meanAtK())));
      for (int k = 1; k <= samples; k *= 2) {
        console.print("pass@%s  %s".formatted(k, percent(evaluation.passAtK(k))));
      }
      console.print("maj@%s  %s".formatted(samples, percent(evaluation.majorityAtK())));
    }
    console.print("verdicts  " + evaluation.verdicts());
    console.print(String.format(Locale.ROOT, "length  %.1f tokens", evaluation.meanLength()));
  }

  private static String percent(Interval share) {
    return String.format(
        Locale.ROOT,
        "%.1f %% (95 %%: %.1f to %.1f)",
        100 * share.value(),
        100 * share.low(),
        100 * share.high());
  }

  private Policy start(StoredCheckpoint text) {
    return weights.policy(model, text, chatTemplate.kwargs(), engine.engine());
  }
}
