package org.align4j.bench.cli.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.algorithms.conformance.CaseResult;
import org.align4j.algorithms.conformance.Conformance;
import org.align4j.algorithms.conformance.ConformanceReport;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares KL, advantages and losses with what the peers answered. */
@Command(
    name = "conformance",
    mixinStandardHelpOptions = true,
    description = "Compare KL, advantages and losses with what OpenRLHF, verl and TRL answered.")
public final class ConformanceCommand implements Callable<Integer> {

  private final Console console;

  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Folders of case files (*.json).")
  private List<Path> folders;

  @Option(names = "--json", description = "Print one JSON object: passed, failed, and every case.")
  private boolean json;

  public ConformanceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    ConformanceReport report = Failures.usage(() -> Conformance.run(folders));
    if (json) {
      console.print(
          new ObjectMapper()
              .writeValueAsString(
                  ImmutableMap.of(
                      "passed",
                      report.passed(),
                      "failed",
                      report.failed(),
                      "cases",
                      report.results().stream().map(ConformanceCommand::json).toList())));
      return report.failed() == 0 ? 0 : 1;
    }
    for (CaseResult result : report.results()) {
      for (String failure : result.failures()) {
        console.print("FAILED " + result.file() + ": " + failure);
      }
    }
    return console.close(report.passed(), report.failed());
  }

  private static ImmutableMap<String, Object> json(CaseResult result) {
    return ImmutableMap.of(
        "file", result.file().toString(), "passed", result.passed(), "failures", result.failures());
  }
}
