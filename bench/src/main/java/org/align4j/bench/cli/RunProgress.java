package org.align4j.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.align4j.algorithms.run.GuardEvent;
import org.align4j.algorithms.run.RunFolder;
import org.align4j.algorithms.run.RunListener;
import org.align4j.algorithms.train.Phase;
import org.align4j.algorithms.train.StepReport;
import org.align4j.algorithms.train.TrainingListener;
import org.align4j.bench.report.ReportPage;

/** Shows on standard error how far a run is, and writes {@code log.txt}. */
final class RunProgress implements RunListener, TrainingListener, AutoCloseable {

  private static final int WIDTH = 110;
  private static final int REFRESH_MILLISECONDS = 1000;
  private static final long REPORT_NANOS = 30_000_000_000L;

  private final Console console;
  private final ProgressBar bar;
  private final PrintWriter log;
  private final RunFolder folder;
  private final boolean report;
  private long reported = System.nanoTime();

  RunProgress(Console console, String name, RunFolder folder, long steps, boolean report) {
    this.console = console;
    this.folder = folder;
    this.report = report;
    this.bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(REFRESH_MILLISECONDS)
            .setConsumer(new ConsoleProgressBarConsumer(console.log(), WIDTH))
            .build();
    try {
      this.log =
          new PrintWriter(
              Files.newBufferedWriter(
                  folder.log(),
                  StandardCharsets.UTF_8,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND),
              true);
    } catch (IOException e) {
      throw new UncheckedIOException(folder.log() + ": the log cannot be written", e);
    }
  }

  @Override
  public void onStep(long step, Map<String, Double> row) {
    bar.stepTo(step);
    String summary = summary(row);
    bar.setExtraMessage(summary);
    write(String.format(Locale.ROOT, "step %d: %s", step, summary));
    if (System.nanoTime() - reported > REPORT_NANOS) {
      report();
    }
  }

  private void report() {
    if (report) {
      ReportPage.write(List.of(folder.path()), folder.path().resolve("report.html"));
      reported = System.nanoTime();
    }
  }

  /** The first few numbers that a reader wants. */
  private static String summary(Map<String, Double> row) {
    StringBuilder text = new StringBuilder();
    row.forEach((name, value) -> {
      String shown =
          switch (name) {
            case "train/reward" -> "reward";
            case "sft/loss", "loss" -> "loss";
            case "eval/accuracy", "rewards/accuracies" -> "accuracy";
            default -> "";
          };
      if (!shown.isEmpty()) {
        text.append(text.isEmpty() ? "" : ", ")
            .append(String.format(Locale.ROOT, "%s %.3f", shown, value));
      }
    });
    return text.toString();
  }

  @Override
  public void onStep(StepReport report) {}

  @Override
  public void onPhase(long update, Phase phase) {
    bar.setExtraMessage(phase.label());
  }

  @Override
  public void onEvaluation(long step) {
    bar.setExtraMessage("evaluating");
  }

  @Override
  public void onGuard(GuardEvent event) {
    onWarning(
        String.format(
            Locale.ROOT, "step %d, %s: %s", event.step(), event.guard(), event.message()));
  }

  @Override
  public void onResume(long step) {
    bar.stepTo(step);
    onWarning("going on after step " + step);
  }

  @Override
  public void onWarning(String message) {
    console.log().println();
    console.log().println(message);
    write(message);
  }

  /** The console says it by itself. */
  void onFailure(String message) {
    write("failed: " + message);
  }

  private void write(String message) {
    log.println(LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + message);
  }

  @Override
  public void close() {
    bar.close();
    log.close();
    report();
  }
}
