package org.align4j.bench.cli.train;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.settings.input.PairInput;
import org.align4j.algorithms.settings.run.RunSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that learns from preference pairs asks for. */
final class PairOptions {

  @Option(
      names = "--model",
      paramLabel = "FOLDER-OR-GGUF",
      description = "Language model to start from.")
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
      description =
          "Pairs: prompt, chosen, rejected; margin where there is one. Prompts go through the model's chat template where it has one.")
  private @Nullable String data;

  @Option(
      names = "--skip-bad-lines",
      description = "Leave lines out that cannot be used, instead of refusing the file.")
  private @Nullable Boolean skipBadLines;

  @Option(
      names = "--eval-size",
      description =
          "Pairs held out of the data's end (default: 128); training pairs with one of their prompts are left out.")
  private @Nullable Integer evalSize;

  @Option(
      names = "--steps",
      description =
          "Optimiser steps of update.samples pairs (default: update.epochs over the pairs).")
  private @Nullable Integer steps;

  /** Adds the fields that were given. */
  void put(Map<String, String> values) {
    RunCommand.put(values, "model", model);
    RunCommand.put(values, "lora", lora);
    RunCommand.put(values, "train", train);
    RunCommand.put(values, "data", data);
    RunCommand.put(values, "skipBadLines", skipBadLines);
    RunCommand.put(values, "evaluation.size", evalSize);
    RunCommand.put(values, "steps", steps);
  }

  /** The files of a run. */
  static ImmutableList<Path> files(PairInput input, RunSettings run) {
    ImmutableList.Builder<Path> files = ImmutableList.builder();
    files.add(Path.of(input.data()));
    run.evaluation().prompts().map(Path::of).ifPresent(files::add);
    return files.build();
  }

  /** What was left out, for a plan. */
  static String pairs(PairSplit split, PreferenceSettings training) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d pairs to train on, %d held out",
            split.training().size(),
            split.heldOut().size()));
    if (split.tooLong() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "; %d pairs longer than maxLength, %d tokens, or than the model takes are left out",
              split.tooLong(),
              training.maxLength()));
    }
    if (split.shared() > 0) {
      text.append(
          String.format(
              Locale.ROOT, "; %d pairs with a held-out prompt are left out", split.shared()));
    }
    return text.toString();
  }

  /** The steps of a run that trains everything, for a plan. */
  static String steps(PairSplit split, PreferenceSettings training) {
    return String.format(
        Locale.ROOT,
        "; %d pairs a step; %d steps; %d tokens a forward pass",
        training.update().samples(),
        training.stepsOver(split.training().size()),
        training.update().microBatchTokens());
  }
}
