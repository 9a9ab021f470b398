package org.align4j.bench.cli.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.run.BatchPlan;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.settings.input.TrainInput;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.option.AlgorithmNames;
import org.align4j.bench.cli.option.SparkOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reinforcement learning that can be left alone. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Train a policy by reinforcement learning, with checkpoints to go on from. Settings come from a YAML file (--init prints"
            + " one with every field), then from --set, then from the options. Without a model and prompts: the embedded"
            + " arithmetic task.")
public class TrainCommand extends RunCommand {

  @Option(
      names = "--model",
      paramLabel = "FOLDER-OR-GGUF",
      description = "Policy and reference; needs --prompts.")
  private @Nullable String model;

  @Option(
      names = "--lora",
      paramLabel = "rank=16,alpha=32,targets=all",
      description =
          "Train a LoRA adapter on the frozen model: targets are attention, all, or modules such as q_proj,v_proj. OUT/policy is then PEFT's folder; bench/run merge makes a model of it.")
  private @Nullable String lora;

  @Option(
      names = "--train",
      paramLabel = "PARTS",
      description =
          "Train these parameters only: layers=FROM-TO, norms, embeddings, head, or modules, comma-separated.")
  private @Nullable String train;

  @Option(
      names = "--prompts",
      paramLabel = "FILE.jsonl",
      description = "Prompts to train on; needs --model.")
  private @Nullable String prompts;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Hyper-parameters to begin with: paper-general, paper-math, arithmetic, small-model.")
  private @Nullable String preset;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      completionCandidates = AlgorithmNames.class,
      description = "${COMPLETION-CANDIDATES}, or a registered estimator.")
  private @Nullable String algorithm;

  @Option(names = "--reward", paramLabel = "SPEC", description = "What scores the responses.")
  private @Nullable String reward;

  @Option(names = "--updates", paramLabel = "N", description = "Rollout batches of the run.")
  private @Nullable Integer updates;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of order and sampling.")
  private @Nullable Long seed;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Steps between checkpoints; there is one every 30 minutes in any case.")
  private @Nullable Integer checkpointEvery;

  @Option(
      names = "--chat-template-kwargs",
      paramLabel = "JSON",
      description =
          "Names for the chat template, such as '{\"enable_thinking\": false}'; a line's own stand above them.")
  private @Nullable String chatTemplateKwargs;

  @Mixin private SparkOption spark;

  private @Nullable Cluster cluster;

  public TrainCommand(Console console) {
    super(console, "rl");
  }

  @Override
  List<Record> defaults() {
    return TrainConfig.embedded().parts();
  }

  @Override
  Map<String, String> given() {
    Map<String, String> values = new LinkedHashMap<>();
    put(values, "preset", preset);
    put(values, "model", model);
    put(values, "lora", lora);
    put(values, "train", train);
    put(values, "prompts", prompts);
    put(values, "algorithm", algorithm);
    put(values, "reward", reward);
    put(values, "chatTemplateKwargs", chatTemplateKwargs);
    put(values, "updates", updates);
    put(values, "seed", seed);
    put(values, "checkpoint.every", checkpointEvery);
    return values;
  }

  @Override
  RunJob prepare(Map<String, String> values) {
    TrainConfig config = TrainConfig.of(values);
    TrainInput input = config.input();
    var _ = ResolvedAlgorithm.of(config.training());
    Reward scorer = RewardSpec.parse(input.reward()).build(options().engine().engine());
    TrainData data = TrainData.open(input, config.run().evaluation(), scorer.needsAnswer());
    BatchPlan plan = BatchPlan.of(config.training(), RlRun.planned(config, data));
    return new RunJob(
        config.toTree(),
        config.run(),
        config.training().algorithm(),
        config.training().seed(),
        plan.updates(),
        plan.text(),
        input.model().map(Path::of),
        TrainData.files(input, config.run().evaluation()),
        () -> RlRun.memory(config, data, options().engine().engine()),
        phases ->
            new RlRun(
                config,
                PolicyFiles.load(input, config.training().seed(), options().engine().engine()),
                data,
                scorer,
                phases,
                cluster()));
  }

  private @Nullable Cluster cluster() {
    cluster = spark.open();
    return cluster;
  }

  @Override
  void release() {
    if (cluster != null) {
      cluster.close();
    }
  }
}
