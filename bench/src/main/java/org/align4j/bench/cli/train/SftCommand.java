package org.align4j.bench.cli.train;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.algorithms.run.SftRun;
import org.align4j.algorithms.run.config.SftConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.SftData;
import org.align4j.algorithms.settings.input.SftInput;
import org.align4j.bench.cli.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Supervised fine-tuning. */
@Command(
    name = "sft",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Fine-tune a model on prompts and responses, loss on the responses only. Settings come from a YAML file (--init prints one"
            + " with every field), then from --set, then from the options. Without --model and --data: make the policy of the"
            + " embedded task from random weights.")
public final class SftCommand extends RunCommand {

  @Option(names = "--model", paramLabel = "FOLDER-OR-GGUF", description = "Where to start from.")
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
      names = "--data",
      paramLabel = "FILE.jsonl",
      description = "Prompts with the responses to imitate (GSM8K's files too).")
  private @Nullable String data;

  @Option(names = "--prompt-key", description = "Key of the prompt (default: the usual ones).")
  private @Nullable String promptKey;

  @Option(names = "--answer-key", description = "Key of the response (default: the usual ones).")
  private @Nullable String answerKey;

  @Option(
      names = "--skip-bad-lines",
      description = "Leave lines out that cannot be used, instead of refusing the file.")
  private @Nullable Boolean skipBadLines;

  @Option(
      names = "--eval-size",
      description = "Examples held out of the data's end for the evaluation; 0 for none.")
  private @Nullable Integer evalSize;

  @Option(names = "--max-new-tokens", description = "Longest response of the evaluation.")
  private @Nullable Integer maxNewTokens;

  @Option(names = "--steps", description = "Optimiser steps.")
  private @Nullable Integer steps;

  @Option(
      names = "--chat-template-kwargs",
      paramLabel = "JSON",
      description =
          "Names for the chat template, such as '{\"enable_thinking\": false}'; a line's own stand above them.")
  private @Nullable String chatTemplateKwargs;

  public SftCommand(Console console) {
    super(console, "sft");
  }

  @Override
  List<Record> defaults() {
    return SftConfig.embedded().parts();
  }

  @Override
  Map<String, String> given() {
    Map<String, String> values = new LinkedHashMap<>();
    put(values, "model", model);
    put(values, "lora", lora);
    put(values, "train", train);
    put(values, "data", data);
    put(values, "promptKey", promptKey);
    put(values, "answerKey", answerKey);
    put(values, "skipBadLines", skipBadLines);
    put(values, "evaluation.size", evalSize);
    put(values, "maxNewTokens", maxNewTokens);
    put(values, "steps", steps);
    put(values, "chatTemplateKwargs", chatTemplateKwargs);
    return values;
  }

  @Override
  RunJob prepare(Map<String, String> values) {
    SftConfig config = SftConfig.of(values);
    SftInput input = config.input();
    SftData examples = SftData.open(input, config.run().evaluation());
    int planned = config.training().stepsOver(examples.size());
    ImmutableList.Builder<Path> files = ImmutableList.builder();
    input.data().map(Path::of).ifPresent(files::add);
    config.run().evaluation().prompts().map(Path::of).ifPresent(files::add);
    return new RunJob(
        config.toTree(),
        config.run(),
        "sft",
        config.training().seed(),
        planned,
        String.format(
            Locale.ROOT,
            "%d examples, %d a step; %d steps; %d tokens a forward pass",
            examples.size(),
            config.training().update().samples(),
            planned,
            config.training().update().microBatchTokens()),
        input.model().map(Path::of),
        files.build(),
        () -> SftRun.memory(config, options().engine().engine()),
        phases ->
            new SftRun(
                config,
                PolicyFiles.load(input, config.training().seed(), options().engine().engine()),
                examples));
  }
}
