package org.align4j.cuda.check.speed;

import java.util.Locale;
import java.util.Map;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceMatrix;

/** What a launch costs by itself and in a graph, and what a round trip to the card costs. */
public final class LaunchCheck {

  private LaunchCheck() {}

  /** Looks. */
  public static void run(Card card, Report report) {
    Device device = card.device();
    int launches = card.small() ? 10 : 500;
    try (RandomMemory memory = new RandomMemory(device, true)) {
      DeviceMatrix x = memory.matrix(1, 64);
      Runnable many =
          () -> {
            for (int i = 0; i < launches; i++) {
              card.launchers().rows().addRows(x, x, x, 1, 64);
            }
          };
      report.attempt(
          "launches",
          () -> {
            double alone = card.seconds(many) / launches;
            report.figure(
                "launch",
                String.format(Locale.ROOT, "%.2f us, one of %d", 1e6 * alone, launches),
                Map.of("microseconds", 1e6 * alone));
          });
      report.attempt(
          "graph",
          () -> {
            try (Device.Graph graph = device.capture(many)) {
              double each = card.seconds(graph::launch) / launches;
              report.figure(
                  "launch in a graph",
                  String.format(Locale.ROOT, "%.2f us, one of %d", 1e6 * each, launches),
                  Map.of("microseconds", 1e6 * each));
            }
          });
      report.attempt(
          "round trip",
          () -> {
            device.synchronize();
            long start = System.nanoTime();
            for (int i = 0; i < launches; i++) {
              card.launchers().rows().addRows(x, x, x, 1, 64);
              device.synchronize();
            }
            double each = (System.nanoTime() - start) / 1e9 / launches;
            report.figure(
                "launch and wait",
                String.format(Locale.ROOT, "%.2f us", 1e6 * each),
                Map.of("microseconds", 1e6 * each));
          });
    }
  }
}
