package org.align4j.bench.cli.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.option.EngineOption;
import org.align4j.models.parity.Parity;
import org.align4j.models.parity.ParityResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares the engines with what transformers answered. */
@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description =
        "Compare logits, log-probs, entropy, gradients, optimiser steps and text with what transformers computed.")
public final class ParityCommand implements Callable<Integer> {

  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Folders, searched downwards: one with case.json is a case; one with reference.jsonl, tokenizer.jsonl or chat.jsonl is"
              + " checked against --model, each line once.")
  private List<Path> folders;

  @Option(
      names = "--model",
      paramLabel = "FILE-OR-FOLDER",
      description = "GGUF file or Hugging Face folder that the answers are of.")
  private @Nullable Path model;

  @Mixin private EngineOption engine;

  private long passed;
  private long failed;

  public ParityCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Failures.usage(() -> {
      Parity.run(folders, engine.engine(), Optional.ofNullable(model), this::show);
      return passed;
    });
    return console.close(passed, failed);
  }

  private void show(ParityResult result) {
    passed += result.passed() ? 1 : 0;
    failed += result.passed() ? 0 : 1;
    String deviations =
        result.deviations().entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %.1e", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    console.print(
        "%s %s%s%s"
            .formatted(
                result.passed() ? "ok    " : "FAILED",
                result.name(),
                deviations.isEmpty() ? "" : ": " + deviations,
                result.failure().map(failure -> " - " + failure).orElse("")));
  }
}
