package org.align4j.bench.cli.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.run.folder.RunDescription;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.OptionChecks;
import org.align4j.bench.cli.console.Signals;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.bench.cli.console.UserClasspath;
import org.align4j.bench.cli.option.AlgorithmNames;
import org.align4j.bench.cli.option.ChatTemplateOption;
import org.align4j.bench.cli.option.EngineOption;
import org.align4j.bench.cli.option.SparkOption;
import org.align4j.bench.cli.train.RunCommand;
import org.align4j.bench.compare.Comparison;
import org.align4j.bench.compare.ComparisonFolders;
import org.align4j.bench.compare.ComparisonSettings;
import org.align4j.bench.compare.RunResult;
import org.align4j.bench.compare.SpreadComparison;
import org.align4j.bench.compare.Workload;
import org.align4j.bench.report.ComparisonReport;
import org.align4j.core.file.JsonFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: algorithms side by side on the same prompts. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Train PPO and REINFORCE++ (or others) from the same SFT policy on the same prompts, update by update in turn, and compare"
            + " speed, reward and accuracy."
            + " Without --model and --prompts: the embedded arithmetic task.")
public final class CompareCommand implements Callable<Integer> {

  private static final int EMBEDDED_UPDATES = 40;
  private static final int EMBEDDED_EVAL_SIZE = ArithmeticTask.HELD_OUT_SIZE;
  private static final int MODEL_UPDATES = 10;
  private static final int MODEL_EVAL_SIZE = 16;

  private final Console console;

  @Option(
      names = "--algorithms",
      split = ",",
      defaultValue = "ppo,reinforce++",
      paramLabel = "NAME",
      completionCandidates = AlgorithmNames.class,
      description =
          "Algorithms, comma-separated: ${COMPLETION-CANDIDATES}, a registered estimator, or all alone for each of these (default: ${DEFAULT-VALUE}).")
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
              + EMBEDDED_UPDATES
              + " embedded, "
              + MODEL_UPDATES
              + " with --model).")
  private @Nullable Integer updates;

  @Option(names = "--prompts-per-batch", description = "Prompts of a rollout batch.")
  private @Nullable Integer promptsPerBatch;

  @Option(
      names = "--samples-per-prompt",
      description =
          "Responses sampled for each prompt (default: 4, as in the paper); flash-reinforce takes as many samples, each of another prompt.")
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
              + EMBEDDED_EVAL_SIZE
              + " embedded, "
              + MODEL_EVAL_SIZE
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

  @Mixin private SparkOption spark;

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

  @Spec private CommandSpec spec;

  public CompareCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (classpath != null) {
      UserClasspath.use(Failures.usage(() -> UserClasspath.urls(String.valueOf(classpath))));
    }
    TrainConfig config = Failures.usage(this::config);
    ComparisonSettings settings = Failures.usage(() -> settings(config));
    Failures.usage(() -> {
      ComparisonFolders.prepare(settings);
      return settings;
    });
    List<RunResult> results;
    Signals signals;
    // Opened for a cluster too: what is wrong with files and model is said before any work.
    try (Workload workload =
            Failures.usage(() -> Workload.open(settings.config(), settings.engine()));
        Cluster cluster = spark.open();
        ProgressPrinter progress = new ProgressPrinter(console, settings)) {
      signals = Signals.install(console);
      results =
          cluster == null
              ? new Comparison(settings, workload, progress, signals).run()
              : SpreadComparison.run(settings, progress, cluster);
    } finally {
      ComparisonFolders.removeEmpty(settings);
    }
    if (signals.requested()) {
      console.log().println("Stopped; what was done until then is in " + settings.out());
      return signals.exitCode();
    }
    console.print(ComparisonReport.of(results));
    console.print("Metrics, completions and policies are in " + settings.out());
    return 0;
  }

  private ComparisonSettings settings(TrainConfig config) {
    ObjectNode description = JsonFiles.mapper().createObjectNode();
    RunDescription.complete(
        description,
        Optional.ofNullable(model),
        TrainData.files(config.input(), config.run().evaluation()));
    description.set(
        "command",
        JsonFiles.mapper().valueToTree(spec.commandLine().getParseResult().originalArgs()));
    return new ComparisonSettings(
        AlgorithmNames.expand(algorithms),
        seed,
        seeds,
        config,
        engine.engine(),
        folder().toAbsolutePath(),
        description);
  }

  private TrainConfig config() {
    boolean embedded = model == null;
    OptionChecks.that(
        embedded == (prompts == null),
        embedded
            ? "--prompts needs --model, the policy to train"
            : "--model needs --prompts, the problems to train on");
    OptionChecks.that(
        !embedded || evalPrompts == null, "--eval-prompts needs --model and --prompts");
    OptionChecks.that(
        !embedded || chatTemplate.kwargs().isEmpty(), "--chat-template-kwargs needs --model");
    OptionChecks.atLeastOne("--seeds", seeds);
    OptionChecks.that(
        evalSize == null || evalSize >= 0,
        "--eval-size is %s: it must be 0 (no evaluation) or above".formatted(evalSize));
    int count = updates != null ? updates : embedded ? EMBEDDED_UPDATES : MODEL_UPDATES;
    OptionChecks.atLeastOne("--updates", count);
    int held = evalSize != null ? evalSize : embedded ? EMBEDDED_EVAL_SIZE : MODEL_EVAL_SIZE;
    Map<String, String> values = new LinkedHashMap<>();
    RunCommand.put(values, "model", model);
    RunCommand.put(values, "prompts", prompts);
    RunCommand.put(values, "promptKey", promptKey);
    RunCommand.put(values, "answerKey", answerKey);
    RunCommand.put(values, "skipBadLines", skipBadLines);
    RunCommand.put(values, "chatTemplateKwargs", chatTemplate.kwargs());
    RunCommand.put(values, "reward", reward);
    RunCommand.put(values, "updates", count);
    RunCommand.put(values, "evaluation.size", held);
    RunCommand.put(values, "evaluation.prompts", evalPrompts);
    RunCommand.put(values, "checkpoint.minutes", 0);
    positive(values, "--prompts-per-batch", "rollout.prompts", promptsPerBatch);
    positive(values, "--samples-per-prompt", "rollout.samples", samplesPerPrompt);
    positive(values, "--max-new-tokens", "rollout.maxNewTokens", maxNewTokens);
    RunCommand.put(values, "convention", convention);
    return set(TrainConfig.of(values), overrides);
  }

  private Path folder() {
    return out != null
        ? out
        : Path.of(
            "runs",
            "compare-"
                + LocalDateTime.now(ZoneId.systemDefault())
                    .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));
  }

  private static void positive(
      Map<String, String> values, String option, String field, @Nullable Integer value) {
    if (value != null) {
      OptionChecks.atLeastOne(option, value);
    }
    RunCommand.put(values, field, value);
  }

  /** Hyper-parameters; the rest has options, for it must be the same in all runs. */
  private static TrainConfig set(TrainConfig config, Map<String, String> overrides) {
    for (String path : overrides.keySet()) {
      OptionChecks.that(
          !path.equals("algorithm") && !path.equals("seed"),
          "--set %s: use --algorithms and --seed".formatted(path));
    }
    try {
      return new TrainConfig(
          config.input(), config.run(), Fields.with(config.training(), overrides));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--set " + e.getMessage(), e);
    }
  }
}
