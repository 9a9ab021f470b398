package org.align4j.bench.cli.study;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.Signals;
import org.align4j.bench.reproduce.Reproduction;
import org.align4j.bench.reproduce.ReproductionSettings;
import org.align4j.bench.reproduce.Scale;
import org.align4j.bench.reproduce.page.Documents;
import org.align4j.bench.reproduce.page.ReproductionPage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The paper's figures and tables. */
@Command(
    name = "reproduce",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measure the paper's figures and tables and write one page with a verdict on each claim. What is done is not done again:"
            + " the same command goes on.")
public final class ReproduceCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--figure",
      paramLabel = "1|2|3|table1|table2|ablations",
      description = "What is measured, several times for several; all without it.")
  private List<String> figures = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Repetitions, with seeds 1, 2, … (default: 5, and 3 at --scale real).")
  private @Nullable Integer seeds;

  @Option(
      names = "--scale",
      defaultValue = "small",
      paramLabel = "small|real",
      description =
          "small: the embedded task; real: --model on --prompts (default: ${DEFAULT-VALUE}).")
  private Scale scale;

  @Option(
      names = "--model",
      paramLabel = "FOLDER-OR-GGUF",
      description = "Policy and reference of --scale real.")
  private @Nullable Path model;

  @Option(
      names = "--prompts",
      paramLabel = "FILE.jsonl",
      description = "Problems of --scale real: sums of two numbers.")
  private @Nullable Path prompts;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where the runs and the page go (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("runs", "reproduce");

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      description = "Where the result files go (default: OUT/results).")
  private @Nullable Path results;

  @Option(
      names = "--from",
      paramLabel = "FOLDER",
      description = "Measure nothing: make the page of the result files in FOLDER.")
  private @Nullable Path from;

  @Option(
      names = "--documents",
      paramLabel = "CHECKOUT",
      description =
          "Also write the numbers and pictures in README.md and docs/reproduce.md of a checkout anew.")
  private @Nullable Path documents;

  @Spec private CommandSpec spec;

  public ReproduceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (from != null) {
      return page(from, ReproductionPage::rebuild);
    }
    ReproductionSettings settings = Failures.usage(this::settings);
    Signals signals = Signals.install(console);
    try (ReproduceProgress progress = new ReproduceProgress(console)) {
      if (!new Reproduction(settings, signals, progress).run()) {
        console.log().println("Stopped; the state is saved. Go on with: " + again());
        return signals.exitCode();
      }
    }
    console.print("The runs are in " + settings.out());
    return page(settings.results(), ReproductionPage::write);
  }

  /** The same command, for a shell. */
  private String again() {
    return spec.commandLine().getParent().getParseResult().originalArgs().stream()
        .map(word -> word.matches("[\\w./:=,@%+-]+") ? word : "'" + word + "'")
        .collect(Collectors.joining(" ", "bench/run ", ""));
  }

  private int page(Path folder, BiConsumer<Path, Path> writer) {
    Path file = out.resolve("reproduce.html").toAbsolutePath().normalize();
    Failures.usage(() -> {
      writer.accept(folder, file);
      if (documents != null) {
        Documents.write(folder, documents);
      }
      return file;
    });
    console.print("The page is " + file);
    return 0;
  }

  private ReproductionSettings settings() {
    Path folder = out.toAbsolutePath().normalize();
    return new ReproductionSettings(
        scale,
        figures.stream()
            .map(figure -> figure.matches("[123]") ? "figure" + figure : figure)
            .collect(ImmutableSet.toImmutableSet()),
        seeds == null ? scale.seeds() : seeds,
        folder,
        results == null ? folder.resolve("results") : results,
        Optional.ofNullable(model).map(path -> path.toAbsolutePath().normalize()),
        Optional.ofNullable(prompts).map(path -> path.toAbsolutePath().normalize()));
  }
}
