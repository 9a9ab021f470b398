package org.align4j.bench.cli.study;

import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.align4j.algorithms.run.log.LogFile;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.compare.ComparisonListener;
import org.align4j.bench.compare.ComparisonSettings;

/** Shows on standard error how far a comparison is, with the time that is left. */
final class ProgressPrinter implements ComparisonListener, AutoCloseable {

  private static final int WIDTH = 110;
  private static final int REFRESH_MILLISECONDS = 1000;

  private final Console console;
  private final ProgressBar bar;

  ProgressPrinter(Console console, ComparisonSettings settings) {
    this.console = console;
    long total =
        (long) settings.algorithms().size() * (1 + (long) settings.seeds() * settings.updates());
    this.bar =
        new ProgressBarBuilder()
            .setTaskName("compare")
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(REFRESH_MILLISECONDS)
            .setConsumer(new ConsoleProgressBarConsumer(console.log(), WIDTH))
            .build();
  }

  @Override
  public void warmingUp(String algorithm) {
    bar.step();
    bar.setExtraMessage("warming up " + algorithm);
  }

  @Override
  public void evaluating(String what) {
    bar.setExtraMessage("evaluating " + what);
  }

  @Override
  public void onStep(String algorithm, long seed, Map<String, Double> row) {
    bar.step();
    bar.setExtraMessage(algorithm + ", seed " + seed + ", " + LogFile.summary(row));
  }

  @Override
  public void onMessage(String message) {
    console.log().println();
    console.log().println(message);
  }

  @Override
  public void close() {
    bar.close();
  }
}
