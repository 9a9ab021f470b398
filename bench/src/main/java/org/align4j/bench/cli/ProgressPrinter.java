package org.align4j.bench.cli;

import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.align4j.algorithms.train.Metric;
import org.align4j.algorithms.train.StepReport;
import org.align4j.bench.compare.ComparisonListener;
import org.align4j.bench.compare.ComparisonSettings;
import org.jspecify.annotations.Nullable;

/** Shows on standard error how far a comparison is, with the time that is left. */
final class ProgressPrinter implements ComparisonListener, AutoCloseable {

  private static final int WIDTH = 110;
  private static final int REFRESH_MILLISECONDS = 1000;

  private final ProgressBar bar;

  ProgressPrinter(Console console, ComparisonSettings settings) {
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
  public void onStep(String algorithm, long seed, StepReport report) {
    bar.step();
    bar.setExtraMessage(
        String.format(
            Locale.ROOT,
            "%s, seed %d, reward %.3f",
            algorithm,
            seed,
            value(report.metrics().get(Metric.REWARD.label()))));
  }

  private static double value(@Nullable Double number) {
    return number == null ? Double.NaN : number;
  }

  @Override
  public void close() {
    bar.close();
  }
}
