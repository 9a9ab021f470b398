package org.align4j.bench.cli;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.JsonLines;
import org.align4j.algorithms.data.PairFiles;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.settings.Fields;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.train.ModelCodec;
import org.align4j.models.policy.Policy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command that learns from preference pairs asks for. */
final class PairOptions {

  private static final String METRICS = "metrics.jsonl";
  private static final String EVALUATION = "evaluation.json";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FOLDER-OR-GGUF",
      description = "Language model to start from.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE.jsonl",
      description =
          "Pairs: prompt, chosen, rejected; margin where there is one. Prompts go through the model's chat template where it has one.")
  private Path data;

  @Option(
      names = "--skip-bad-lines",
      description = "Leave lines out that cannot be used, instead of refusing the file.")
  private boolean skipBadLines;

  @Option(
      names = "--eval-size",
      defaultValue = "128",
      description =
          "Pairs held out of the data's end; training pairs with one of their prompts are left out (default: ${DEFAULT-VALUE}).")
  private int evalSize;

  @Option(
      names = "--steps",
      description =
          "Optimiser steps of update.samples pairs (default: update.epochs over the pairs).")
  private @Nullable Integer steps;

  @Option(
      names = "--set",
      paramLabel = "group.field=value",
      description =
          "Any other setting, such as update.learningRate=1e-5; may be given several times.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Gets the model, metrics.jsonl and evaluation.json; may not have them yet.")
  private Path out;

  @Mixin private EngineOption engine;

  /** Settings that mean something without optimiser steps. */
  private static final ImmutableSet<String> WITHOUT_STEPS =
      ImmutableSet.of("seed", "maxLength", "update.microBatchTokens");

  /** Refuses what is about optimiser steps. */
  void checkNoSteps(String why) {
    Checks.that(steps == null, "--steps is %s: %s".formatted(steps, why));
    for (String field : overrides.keySet()) {
      Checks.that(WITHOUT_STEPS.contains(field), "--set %s: %s".formatted(field, why));
    }
  }

  Path out(String name) {
    return out.resolve(name);
  }

  Path metrics() {
    return out(METRICS);
  }

  Path evaluation() {
    return out(EVALUATION);
  }

  /** Settings and what can be refused without reading the model. */
  PreferenceSettings settings(PreferenceSettings defaults, String result, int leastEvalSize) {
    Checks.that(
        evalSize >= leastEvalSize,
        "--eval-size is %s: it must be at least %s".formatted(evalSize, leastEvalSize));
    for (String name : List.of(result, METRICS, EVALUATION)) {
      Checks.that(!Files.exists(out(name)), "--out: %s exists already".formatted(out(name)));
    }
    Checks.that(Files.isRegularFile(data), "--data: there is no file %s".formatted(data));
    PreferenceSettings settings = defaults;
    if (steps != null) {
      Checks.atLeastOne("--steps", steps);
      settings = settings.withSteps(steps);
    }
    return Fields.with(settings, overrides);
  }

  /** The pairs of the file. */
  List<PreferencePair> read() {
    try (JsonLines<PreferencePair> lines =
        PairFiles.preferences(data, skipBadLines ? BadLines.SKIP : BadLines.FATAL)) {
      return lines.all();
    }
  }

  Policy load() {
    return Policy.load(model, engine.engine());
  }

  /** The pairs as the model reads them. */
  PairSplit split(
      List<PreferencePair> read, Policy policy, PreferenceSettings settings, Console console) {
    List<PreferencePair> pairs =
        policy.chatTemplate().isPresent()
            ? read.stream().map(PreferencePair::asChat).toList()
            : read;
    int longest = Math.min(settings.maxLength(), policy.config().maxPositions());
    PairSplit split = PairSplit.of(pairs, evalSize, ModelCodec.of(policy), longest);
    console
        .log()
        .println(
            "%s pairs to train on, %s held out"
                .formatted(split.training().size(), split.heldOut().size()));
    if (split.tooLong() > 0) {
      console
          .log()
          .println("%s pairs of more than %s tokens left out".formatted(split.tooLong(), longest));
    }
    if (split.shared() > 0) {
      console.log().println("%s pairs with a held-out prompt left out".formatted(split.shared()));
    }
    return split;
  }

  /** Prints a row of metrics: every evaluation, and some of the others. */
  static void progress(Console console, int step, int steps, Map<String, Double> metrics) {
    boolean evaluated = metrics.containsKey("eval_loss");
    if (step % Math.max(1, steps / 20) != 0 && step != 1 && !evaluated) {
      return;
    }
    String line =
        String.format(
            Locale.ROOT,
            "step %d of %d, loss %.4f, margin %.4f, accuracy %.3f",
            step,
            steps,
            metrics.get("loss"),
            metrics.get("rewards/margins"),
            metrics.get("rewards/accuracies"));
    if (evaluated) {
      line +=
          String.format(
              Locale.ROOT,
              "; held out: loss %.4f, margin %.4f, accuracy %.3f",
              metrics.get("eval_loss"),
              metrics.get("eval_rewards/margins"),
              metrics.get("eval_rewards/accuracies"));
    }
    console.log().println(line);
  }
}
