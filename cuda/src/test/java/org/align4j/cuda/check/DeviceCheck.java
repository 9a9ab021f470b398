package org.align4j.cuda.check;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.DeviceProperties;

/** What the card and its driver are. */
final class DeviceCheck {

  private DeviceCheck() {}

  static void run(Card card, Report report) {
    DeviceProperties device = card.properties();
    report.figure(
        "card",
        String.format(
            Locale.ROOT,
            "%s, compute capability %d.%d, %d multiprocessors, %.1f GB, %.1f GB free; driver for"
                + " CUDA %d.%d",
            device.name(),
            device.major(),
            device.minor(),
            device.processors(),
            device.memory() / 1e9,
            card.device().freeMemory() / 1e9,
            device.driver() / 1000,
            device.driver() % 1000 / 10),
        Map.of("processors", device.processors(), "memory", device.memory()));
    report.figure(
        "bounds",
        String.format(
            Locale.ROOT,
            "fp32 %.1f, tf32 %.1f, bf16 %.1f TFLOP/s, %.0f GB/s (%d MHz, memory %d MHz at %d bits)",
            card.peak(Precision.FP32) / 1e12,
            card.peak(Precision.TF32) / 1e12,
            card.peak(Precision.BF16) / 1e12,
            card.bandwidth() / 1e9,
            card.clock() / 1000,
            card.memoryClock() / 1000,
            card.memoryBus()),
        Map.of("clock", card.clock(), "memoryClock", card.memoryClock(), "bus", card.memoryBus()));
    report.attempt("nvidia-smi", () -> smi(report));
  }

  private static void smi(Report report) throws IOException, InterruptedException {
    String name = "nvidia-smi";
    Optional<String> program = Program.find(name);
    if (program.isEmpty()) {
      report.row(Verdict.SKIPPED, name, "not on the PATH", Map.of());
      return;
    }
    String fields = "driver_version,clocks.max.sm,clocks.max.mem,power.limit,temperature.gpu";
    Program.Answer answer =
        Program.run(10, program.get(), "--query-gpu=" + fields, "--format=csv,noheader");
    report.figure(name, answer.text(), Map.of());
  }
}
