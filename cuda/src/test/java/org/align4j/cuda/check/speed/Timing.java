package org.align4j.cuda.check.speed;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;

/** Times launches and says how near to the card's bound they come. */
final class Timing {

  private final Card card;
  private final Report report;

  Timing(Card card, Report report) {
    this.card = card;
    this.report = report;
  }

  /** What is moved, not computed. */
  void memory(String name, double bytes, Runnable launch) {
    time(name, Precision.FP32, 0, bytes, 0, launch);
  }

  /** What is computed and moved. */
  void time(String name, Precision precision, double operations, double bytes, Runnable launch) {
    time(name, precision, operations, bytes, 0, launch);
  }

  /**
   * A row.
   *
   * @param operations float operations of a launch
   * @param bytes that cross the memory bus if every cache is perfect
   * @param aim part of the bound that is aimed at; 0 for none
   */
  void time(
      String name,
      Precision precision,
      double operations,
      double bytes,
      double aim,
      Runnable launch) {
    report.attempt(
        name,
        () -> {
          double seconds = card.seconds(launch);
          double bound =
              Math.max(part(operations, card.peak(precision)), part(bytes, card.bandwidth()));
          double reached = bound / seconds;
          String text =
              String.format(
                  Locale.ROOT,
                  "%.4f ms, %.1f TFLOP/s, %.0f GB/s, %.0f %% of the card's bound%s",
                  1e3 * seconds,
                  operations / seconds / 1e12,
                  bytes / seconds / 1e9,
                  100 * reached,
                  aim == 0 ? "" : String.format(Locale.ROOT, " (aim: %.0f %%)", 100 * aim));
          Map<String, Object> figures = new LinkedHashMap<>();
          figures.put("milliseconds", 1e3 * seconds);
          figures.put("tflops", operations / seconds / 1e12);
          figures.put("gbs", bytes / seconds / 1e9);
          figures.put("bound", reached);
          if (aim == 0 || bound == 0) {
            report.figure(name, text, figures);
          } else {
            report.aim(reached >= aim, name, text, figures);
          }
        });
  }

  private static double part(double amount, double most) {
    return most == 0 ? 0 : amount / most;
  }
}
