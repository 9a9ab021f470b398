package org.align4j.bench.cli.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.JsonLines;
import org.align4j.algorithms.reward.math.MathVerifier;
import org.align4j.algorithms.reward.math.Verification;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * What the math verifier extracts and decides, line by line; checked where the file has verdicts.
 */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = "Show what the math verifier extracts and decides for each line of a JSONL file.")
public final class VerifyCommand implements Callable<Integer> {

  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "FILE.jsonl",
      description =
          "Lines with \"text\", \"answer\" and, where they are to be checked, \"verdict\" (correct, wrong, unparsable).")
  private Path file;

  public VerifyCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    long passed = 0;
    long failed = 0;
    boolean checked = false;
    try (JsonLines<Case> cases =
        Failures.usage(() -> JsonLines.open(file, VerifyCommand::parse, BadLines.FATAL))) {
      for (int i = 0; i < cases.size(); i++) {
        Case line = cases.get(i);
        Verification found = MathVerifier.verify(line.text(), line.answer());
        String verdict = found.verdict().label();
        String extracted = found.extracted().isEmpty() ? "-" : found.extracted();
        if (line.verdict().isEmpty()) {
          console.print(
              "%s: %s %s (reference %s)".formatted(line.id(), extracted, verdict, line.answer()));
          continue;
        }
        checked = true;
        boolean right = verdict.equals(line.verdict());
        passed += right ? 1 : 0;
        failed += right ? 0 : 1;
        console.print(
            "%s: %s %s (reference %s)%s"
                .formatted(
                    line.id(),
                    extracted,
                    verdict,
                    line.answer(),
                    right ? "" : " FAILED: expected " + line.verdict()));
      }
    }
    return checked ? console.close(passed, failed) : 0;
  }

  private static Case parse(String id, JsonNode line) {
    return new Case(id, text(line, "text"), text(line, "answer"), line.path("verdict").asText(""));
  }

  private static String text(JsonNode line, String key) {
    JsonNode value = line.get(key);
    if (value == null || !value.isValueNode()) {
      throw new IllegalArgumentException("it has no \"%s\"".formatted(key));
    }
    return value.asText();
  }

  /** One line of the file. */
  private record Case(String id, String text, String answer, String verdict) {}
}
