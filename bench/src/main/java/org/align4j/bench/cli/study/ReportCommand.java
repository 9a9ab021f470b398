package org.align4j.bench.cli.study;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes one HTML page about runs. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Write one HTML page about runs, also those that are still going on.")
public final class ReportCommand implements Callable<Integer> {

  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "FOLDER",
      description = "Run folders, comparisons, or folders of these.")
  private List<Path> folders;

  @Option(
      names = "--out",
      paramLabel = "FILE.html",
      description =
          "The page; an earlier one is replaced, another file is not (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("report.html");

  public ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Failures.usage(() -> {
      ReportPage.write(folders, out);
      return out;
    });
    console.print("The page is " + out.toAbsolutePath().normalize());
    return 0;
  }
}
