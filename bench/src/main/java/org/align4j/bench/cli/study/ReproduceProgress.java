package org.align4j.bench.cli.study;

import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.run.log.LogFile;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.reproduce.study.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how far a reproduction is: a bar for the run at hand, a line for each
 * before it.
 */
final class ReproduceProgress implements Progress, RunListener, AutoCloseable {

  private static final int WIDTH = 110;
  private static final int REFRESH_MILLISECONDS = 1000;

  private final Console console;
  private @Nullable ProgressBar bar;
  private String name = "";
  private String last = "";
  private long started;

  ReproduceProgress(Console console) {
    this.console = console;
  }

  @Override
  public RunListener begin(String run, long steps) {
    name = run;
    started = System.nanoTime();
    bar =
        new ProgressBarBuilder()
            .setTaskName(run)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(REFRESH_MILLISECONDS)
            .setConsumer(new ConsoleProgressBarConsumer(console.log(), WIDTH))
            .build();
    return this;
  }

  @Override
  public void onStep(long step, Map<String, Double> row) {
    last = LogFile.summary(row);
    if (bar != null) {
      bar.stepTo(step);
      bar.setExtraMessage(last);
    }
  }

  @Override
  public void onGuard(GuardEvent event) {
    message(event.text());
  }

  @Override
  public void onResume(long step) {
    message("going on after step " + step);
  }

  @Override
  public void onWarning(String text) {
    message(text);
  }

  @Override
  public void end() {
    if (bar == null) {
      return;
    }
    bar.close();
    bar = null;
    console
        .log()
        .printf(Locale.ROOT, "%s: %.0f s, %s%n", name, (System.nanoTime() - started) * 1e-9, last);
  }

  @Override
  public void message(String text) {
    console.log().println((name.isEmpty() ? "" : name + ": ") + text);
  }

  @Override
  public void close() {
    end();
  }
}
