package org.align4j.cuda.check;

import java.util.Locale;
import java.util.Map;
import org.align4j.cuda.check.kernel.Launchers;

/** How long the kernels take to load: compiled by the driver, and as machine code. */
final class LoadCheck {

  private LoadCheck() {}

  static void run(Card card, Report report) {
    String machineCode = Launchers.machineCode(card.properties());
    if (Launchers.has(machineCode)) {
      report.attempt("machine code", () -> load(card, report, "machine code", machineCode));
    } else {
      report.row(
          Verdict.SKIPPED,
          "machine code",
          "there is no " + machineCode + ": the engine takes the PTX",
          Map.of());
    }
    report.attempt("PTX", () -> load(card, report, "PTX", Launchers.TEXT));
  }

  private static void load(Card card, Report report, String name, String file) {
    int bytes = Launchers.image(file).length;
    long start = System.nanoTime();
    card.load(file);
    double milliseconds = (System.nanoTime() - start) / 1e6;
    report.claim(
        true,
        name,
        String.format(
            Locale.ROOT,
            "%s, %d KB, all kernels found in %.1f ms",
            file,
            bytes / 1000,
            milliseconds),
        Map.of("milliseconds", milliseconds, "bytes", bytes));
  }
}
