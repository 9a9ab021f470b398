package org.align4j.cuda.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** NVIDIA's checks of memory and races over every kernel on ragged operands, where they are. */
final class SanitizerCheck {

  private static final int FOUND = 77;
  private static final int SECONDS = 70;

  private SanitizerCheck() {}

  static void run(Card card, Report report) {
    Optional<String> sanitizer = Program.find("compute-sanitizer");
    if (sanitizer.isEmpty()) {
      report.row(Verdict.SKIPPED, "compute-sanitizer", "not on the PATH", Map.of());
      return;
    }
    for (String tool : new String[] {"memcheck", "racecheck"}) {
      report.attempt(tool, () -> run(report, sanitizer.get(), tool));
    }
  }

  private static void run(Report report, String sanitizer, String tool)
      throws IOException, InterruptedException {
    Path rows = Files.createTempFile("gpu-check-", ".rows");
    try {
      List<String> command = new ArrayList<>();
      command.addAll(List.of(sanitizer, "--tool", tool, "--error-exitcode", String.valueOf(FOUND)));
      command.addAll(GpuCheck.command());
      command.addAll(List.of("section", Section.KERNELS.name(), rows.toString(), "--small"));
      Program.Answer answer = Program.run(SECONDS, command.toArray(new String[0]));
      long cases = Files.readAllLines(rows).size();
      String last = answer.text().lines().reduce("", (before, line) -> line).strip();
      if (answer.code() == Program.LATE) {
        String text = "nothing said within " + SECONDS + " s, after " + cases + " cases";
        report.row(Verdict.SKIPPED, tool, text, Map.of("cases", cases));
      } else {
        report.claim(
            answer.code() == 0,
            tool,
            cases + " cases: " + last,
            Map.of("code", answer.code(), "cases", cases));
      }
    } finally {
      Files.delete(rows);
    }
  }
}
