package org.align4j.cuda.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.align4j.cuda.driver.DeviceProperties;

/** Runs sections one after the other and gathers their rows in one file. */
final class Sections {

  /** An emulated driver on a busy machine is slow, and nobody pays for its time. */
  private static final long PATIENCE = 5;

  private final DeviceProperties device;
  private final boolean small;
  private final Path out;
  private final List<String> rows = new ArrayList<>();
  private int failed;

  Sections(DeviceProperties device, boolean small, Path out) {
    this.device = device;
    this.small = small;
    this.out = out;
  }

  /** Answers the exit code. */
  int run(List<Section> sections, int seconds) throws IOException, InterruptedException {
    Files.createDirectories(out);
    LocalDate date = LocalDate.now(ZoneOffset.UTC);
    String card = device.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    Path file = out.resolve("gpu-check-" + card + "-" + date + ".json");
    long start = System.nanoTime();
    for (Section section : sections) {
      long left = seconds - TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      long limit = Math.min(section.seconds() * (small ? PATIENCE : 1L), left);
      System.err.println(
          "gpu-check: " + section.label() + ", at most " + limit + " s of " + left + " s left");
      run(section, limit);
      // After each: what stops the whole leaves what is known.
      write(file, date, (System.nanoTime() - start) / 1_000_000_000);
    }
    System.out.println(failed == 0 ? "All claims hold: " + file : failed + " claims FAIL: " + file);
    return failed == 0 ? 0 : 1;
  }

  private void run(Section section, long limit) throws IOException, InterruptedException {
    Path file = Files.createTempFile("gpu-check-", ".rows");
    try {
      if (limit <= 0) {
        say(section, file, Verdict.SKIPPED, "no time is left: give more with --seconds");
      } else {
        List<String> command = GpuCheck.command();
        command.addAll(List.of("section", section.name(), file.toString()));
        if (small) {
          command.add("--small");
        }
        end(section, file, limit, new ProcessBuilder(command).inheritIO().start());
      }
      for (String row : Files.readAllLines(file)) {
        rows.add(row);
        failed += row.contains("\"verdict\":\"FAIL\"") ? 1 : 0;
      }
    } finally {
      Files.delete(file);
    }
  }

  private static void end(Section section, Path file, long limit, Process process)
      throws IOException, InterruptedException {
    if (!process.waitFor(limit, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      say(section, file, Verdict.FAIL, "not done within " + limit + " s");
    } else if (process.exitValue() != 0 && process.exitValue() != 1) {
      say(section, file, Verdict.FAIL, "ended with code " + process.exitValue());
    }
  }

  private static void say(Section section, Path file, Verdict verdict, String text)
      throws IOException {
    try (Report report = new Report(section.label(), file)) {
      report.row(verdict, "section", text, Map.of());
    }
  }

  private void write(Path file, LocalDate date, long seconds) throws IOException {
    StringBuilder json = new StringBuilder("{");
    Json.field(json, "card", device.name());
    Json.field(json, "date", date);
    Json.field(json, "capability", device.major() + "." + device.minor());
    Json.field(json, "driver", device.driver());
    Json.field(json, "small", small);
    Json.field(json, "seconds", seconds);
    Json.field(json, "failed", failed);
    json.append(",\"rows\":[\n").append(String.join(",\n", rows)).append("\n]}\n");
    Files.writeString(file, json);
  }
}
