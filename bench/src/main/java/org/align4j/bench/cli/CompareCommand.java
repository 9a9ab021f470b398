package org.align4j.bench.cli;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.algorithms.settings.Fields;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.bench.compare.Comparison;
import org.align4j.bench.compare.ComparisonSettings;
import org.align4j.bench.compare.RunResult;
import org.align4j.bench.compare.Workload;
import org.align4j.bench.compare.Workloads;
import org.align4j.bench.report.ComparisonReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job: algorithms side by side on the same prompts. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Train PPO and REINFORCE++ (or others) from the same SFT policy on the same prompts and compare speed, reward and accuracy."
            + " Without --model and --prompts: the embedded arithmetic task.")
final class CompareCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--algorithms",
      split = ",",
      defaultValue = "ppo,reinforce++",
      paramLabel = "NAME",
      description =
          "Algorithms, comma-separated: ppo, reinforce++, reinforce++-baseline, reinforce, grpo, dr-grpo, rloo, remax, opo, gpg, or a"
              + " registered estimator (default: ${DEFAULT-VALUE}).")
  private List<String> algorithms;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "First seed (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seeds",
      defaultValue = "1",
      description =
          "Repetitions with seed, seed+1, ...; the table then has mean and spread (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--updates",
      description =
          "Rollout batches of each run (default: "
              + Workloads.EMBEDDED_UPDATES
              + " embedded, "
              + Workloads.MODEL_UPDATES
              + " with --model).")
  private @Nullable Integer updates;

  @Option(names = "--prompts-per-batch", description = "Prompts of a rollout batch.")
  private @Nullable Integer promptsPerBatch;

  @Option(
      names = "--samples-per-prompt",
      description = "Responses sampled for each prompt (default: 4, as in the paper).")
  private @Nullable Integer samplesPerPrompt;

  @Option(names = "--max-new-tokens", description = "Longest response, EOS included.")
  private @Nullable Integer maxNewTokens;

  @Option(
      names = "--convention",
      paramLabel = "openrlhf|paper|verl|trl",
      description = "What the peers do differently (default: openrlhf).")
  private @Nullable String convention;

  @Option(
      names = "--model",
      paramLabel = "FOLDER-OR-GGUF",
      description = "SFT policy and reference: Hugging Face folder or GGUF file; needs --prompts.")
  private @Nullable Path model;

  @Option(
      names = "--prompts",
      paramLabel = "FILE.jsonl",
      description = "Prompts to train on; needs --model.")
  private @Nullable Path prompts;

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

  @Option(
      names = "--eval-prompts",
      paramLabel = "FILE.jsonl",
      description = "Held-out prompts (default: taken out of --prompts).")
  private @Nullable Path evalPrompts;

  @Option(
      names = "--eval-size",
      description =
          "Held-out problems solved greedily before and after; 0 for none (default: "
              + Workloads.EMBEDDED_EVAL_SIZE
              + " embedded, "
              + Workloads.MODEL_EVAL_SIZE
              + " with --prompts).")
  private @Nullable Integer evalSize;

  @Option(
      names = "--reward",
      defaultValue = "math",
      description =
          "Reward, such as math*0.9+format*0.1; docs/rewards.md (default: ${DEFAULT-VALUE}).")
  private String reward;

  @Mixin private ChatTemplateOption chatTemplate;

  @Mixin private EngineOption engine;

  @Option(
      names = "--classpath",
      paramLabel = "JARS",
      description =
          "Jars with your own estimators, losses or rewards, separated as a class path is.")
  private @Nullable String classpath;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where OUT/<algorithm>/seed-<n>/ goes (default: runs/compare-<time>).")
  private @Nullable Path out;

  @Option(
      names = "--set",
      paramLabel = "group.field=value",
      description =
          "Any other setting, such as update.learningRate=1e-5; may be given several times.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  CompareCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (classpath != null) {
      UserClasspath.use(Failures.usage(() -> UserClasspath.urls(String.valueOf(classpath))));
    }
    ComparisonSettings settings = Failures.usage(this::settings);
    Workload workload =
        Failures.usage(() -> workload(settings.training().rollout().maxNewTokens()));
    Failures.usage(() -> {
      Comparison.prepare(settings);
      return settings;
    });
    List<RunResult> results;
    try (ProgressPrinter progress = new ProgressPrinter(console, settings)) {
      results = new Comparison(settings, workload, progress).run();
    } finally {
      Comparison.removeEmptyFolders(settings);
    }
    console.print(ComparisonReport.of(results));
    console.print("Metrics, completions and policies are in " + settings.out());
    return 0;
  }

  private ComparisonSettings settings() {
    boolean embedded = model == null;
    Checks.that(
        embedded == (prompts == null),
        embedded
            ? "--prompts needs --model, the policy to train"
            : "--model needs --prompts, the problems to train on");
    Checks.that(!embedded || evalPrompts == null, "--eval-prompts needs --model and --prompts");
    Checks.that(
        !embedded || chatTemplate.kwargs().isEmpty(), "--chat-template-kwargs needs --model");
    Checks.atLeastOne("--seeds", seeds);
    RlSettings training = embedded ? RlSettings.arithmetic() : RlSettings.smallModel();
    training = with(training, "--prompts-per-batch", "rollout.prompts", promptsPerBatch);
    training = with(training, "--samples-per-prompt", "rollout.samples", samplesPerPrompt);
    training = with(training, "--max-new-tokens", "rollout.maxNewTokens", maxNewTokens);
    training = convention == null ? training : training.withConvention(convention);
    training = set(training, overrides);
    int count =
        updates != null ? updates : embedded ? Workloads.EMBEDDED_UPDATES : Workloads.MODEL_UPDATES;
    Checks.atLeastOne("--updates", count);
    return new ComparisonSettings(
        ImmutableList.copyOf(algorithms),
        seed,
        seeds,
        count,
        training,
        engine.engine(),
        folder().toAbsolutePath());
  }

  private Workload workload(int maxNewTokens) {
    Checks.that(
        evalSize == null || evalSize >= 0,
        "--eval-size is %s: it must be 0 (no evaluation) or above".formatted(evalSize));
    if (model == null || prompts == null) {
      return Workloads.embedded(
          engine.engine(), evalSize == null ? Workloads.EMBEDDED_EVAL_SIZE : evalSize);
    }
    return Workloads.of(
        new Workloads.Files(
            model, prompts, evalPrompts, promptKey, answerKey, skipBadLines, chatTemplate.kwargs()),
        engine.engine(),
        evalSize == null ? Workloads.MODEL_EVAL_SIZE : evalSize,
        maxNewTokens,
        reward);
  }

  private Path folder() {
    return out != null
        ? out
        : Path.of(
            "runs",
            "compare-"
                + LocalDateTime.now()
                    .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));
  }

  private static RlSettings with(
      RlSettings training, String option, String field, @Nullable Integer value) {
    if (value == null) {
      return training;
    }
    Checks.atLeastOne(option, value);
    return training.with(field, Integer.toString(value));
  }

  private static RlSettings set(RlSettings training, Map<String, String> overrides) {
    for (String path : overrides.keySet()) {
      Checks.that(
          !path.equals("algorithm") && !path.equals("seed"),
          "--set %s: use --algorithms and --seed".formatted(path));
    }
    try {
      return Fields.with(training, overrides);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--set " + e.getMessage(), e);
    }
  }
}
