package org.align4j.bench.cli.train;

import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.run.log.LogFile;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.report.ReportPage;

/** Shows on standard error how far a run is, and writes {@code log.txt}. */
final class RunProgress implements RunListener, TrainingListener, AutoCloseable {

  private static final int WIDTH = 110;
  private static final int REFRESH_MILLISECONDS = 1000;
  private static final long REPORT_NANOS = 30_000_000_000L;

  private final Console console;
  private final ProgressBar bar;
  private final LogFile log;
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
    this.log = LogFile.append(folder);
  }

  @Override
  public void onStep(long step, Map<String, Double> row) {
    bar.stepTo(step);
    bar.setExtraMessage(LogFile.summary(row));
    log.onStep(step, row);
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
    onWarning(event.text());
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
    log.onWarning(message);
  }

  /** The console says it by itself. */
  void onFailure(String message) {
    log.onWarning("failed: " + message);
  }

  @Override
  public void close() {
    bar.close();
    log.close();
    report();
  }
}
