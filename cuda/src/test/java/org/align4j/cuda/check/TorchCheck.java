package org.align4j.cuda.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** PyTorch beside it, where it is: the same products and whole models of the same shapes. */
final class TorchCheck {

  private static final int SECONDS = 55;

  private TorchCheck() {}

  static void run(Card card, Report report) throws IOException, InterruptedException {
    Optional<String> python = Program.find("python3");
    Optional<Path> script = GpuCheck.carried("beside.py");
    String name = "PyTorch";
    if (python.isEmpty() || script.isEmpty()) {
      String what = python.isEmpty() ? "no python3 on the PATH" : "no beside.py in this folder";
      report.row(Verdict.SKIPPED, name, what, Map.of());
      return;
    }
    String[] command =
        card.small()
            ? new String[] {python.get(), script.get().toString(), "--small"}
            : new String[] {python.get(), script.get().toString()};
    Program.Answer answer = Program.run(SECONDS, command);
    if (answer.code() == 3) {
      report.row(Verdict.SKIPPED, name, answer.text(), Map.of());
      return;
    }
    for (String line : answer.text().lines().toList()) {
      // name TAB text; anything else is a warning of some library
      int tab = line.indexOf('\t');
      if (tab > 0) {
        report.figure(line.substring(0, tab), line.substring(tab + 1), Map.of());
      } else {
        System.err.println(line);
      }
    }
    if (answer.code() != 0) {
      // Nothing of ours: its failure is no claim of this check.
      report.row(Verdict.SKIPPED, name, "ended with code " + answer.code(), Map.of());
    }
  }
}
