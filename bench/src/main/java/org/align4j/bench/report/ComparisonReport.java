package org.align4j.bench.report;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Iterables;
import com.google.common.collect.Lists;
import com.google.common.collect.Multimaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.bench.compare.RunResult;
import org.align4j.bench.compare.Spread;

/**
 * The table that the comparison prints: one column an algorithm, mean and spread over the seeds; in
 * several tables where they are many.
 */
public final class ComparisonReport {

  private static final double PAPER_PPO_HOURS = 60;
  private static final double PAPER_REINFORCE_HOURS = 42;

  /** Algorithms side by side; more go into a table of their own below. */
  private static final int WIDTH = 7;

  private static final String ACCURACY = "eval/accuracy";
  private static final String SCORE = "eval/reward";

  private ComparisonReport() {}

  /** The table and the ratio of the paper's pair where both ran. */
  public static String of(List<RunResult> results) {
    ImmutableListMultimap<String, RunResult> byAlgorithm =
        Multimaps.index(results, RunResult::algorithm);
    ImmutableList<String> algorithms = byAlgorithm.keySet().asList();
    List<List<String>> rows = new ArrayList<>();
    row(rows, "wall time, s", byAlgorithm, 1, run -> run.phases().totalSeconds());
    for (Phase phase : Phase.values()) {
      row(rows, "  " + phase.label() + ", s", byAlgorithm, 1, run -> run.phases().seconds(phase));
    }
    row(rows, "CPU time, s", byAlgorithm, 1, run -> run.phases().totalCpuSeconds());
    for (Phase phase : Phase.values()) {
      row(
          rows,
          "  " + phase.label() + ", s",
          byAlgorithm,
          1,
          run -> run.phases().cpuSeconds(phase));
    }
    row(rows, "s per 1,000 response tokens", byAlgorithm, 3, ComparisonReport::wallPerToken);
    row(rows, "CPU s per 1,000 response tokens", byAlgorithm, 3, ComparisonReport::cpuPerToken);
    tokens(rows, "tokens sampled", byAlgorithm, Phase.GENERATE);
    tokens(rows, "tokens scored (reference)", byAlgorithm, Phase.REFERENCE);
    tokens(rows, "tokens back-propagated (policy)", byAlgorithm, Phase.POLICY_UPDATE);
    row(rows, "reward, first batch", byAlgorithm, 3, run -> run.first(Metric.REWARD));
    row(rows, "reward, last batch", byAlgorithm, 3, run -> run.last(Metric.REWARD));
    if (results.stream().anyMatch(run -> run.after(ACCURACY).isPresent())) {
      row(
          rows,
          "held-out accuracy before, %",
          byAlgorithm,
          1,
          run -> percent(run.before(ACCURACY)));
      row(rows, "held-out accuracy after, %", byAlgorithm, 1, run -> percent(run.after(ACCURACY)));
    } else if (results.stream().anyMatch(run -> run.after(SCORE).isPresent())) {
      row(rows, "held-out reward before", byAlgorithm, 3, run -> number(run.before(SCORE)));
      row(rows, "held-out reward after", byAlgorithm, 3, run -> number(run.after(SCORE)));
    }
    row(rows, "KL per token, last batch", byAlgorithm, 4, run -> run.last(Metric.KL));
    row(
        rows,
        "response length, first batch",
        byAlgorithm,
        1,
        run -> run.first(Metric.RESPONSE_LENGTH));
    row(
        rows,
        "response length, last batch",
        byAlgorithm,
        1,
        run -> run.last(Metric.RESPONSE_LENGTH));
    if (results.stream().allMatch(run -> run.peakBytes().isPresent())) {
      row(rows, "peak memory, GB", byAlgorithm, 2, run -> run.peakBytes().orElse(0) / 1e9);
    }
    StringBuilder tables = new StringBuilder();
    for (int from = 0; from < algorithms.size(); from += WIDTH) {
      int to = Math.min(from + WIDTH, algorithms.size());
      int first = from + 1;
      int last = to + 1;
      tables.append(from == 0 ? "" : System.lineSeparator());
      tables.append(
          table(
              algorithms.subList(from, to),
              rows.stream()
                  .map(row ->
                      Lists.newArrayList(
                          Iterables.concat(row.subList(0, 1), row.subList(first, last))))
                  .toList()));
    }
    return tables + ratio(byAlgorithm);
  }

  private static String table(List<String> algorithms, List<? extends List<String>> rows) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column().header("").dataAlign(HorizontalAlign.LEFT));
    for (String algorithm : algorithms) {
      columns.add(
          new Column()
              .header(algorithm)
              .headerAlign(HorizontalAlign.RIGHT)
              .dataAlign(HorizontalAlign.RIGHT));
    }
    String[][] cells =
        rows.stream().map(row -> row.toArray(String[]::new)).toArray(String[][]::new);
    return AsciiTable.getTable(
        AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns.toArray(Column[]::new), cells);
  }

  private static void tokens(
      List<List<String>> rows,
      String label,
      ImmutableListMultimap<String, RunResult> byAlgorithm,
      Phase phase) {
    row(rows, label, byAlgorithm, 0, run -> run.phases().tokens(phase));
  }

  private static void row(
      List<List<String>> rows,
      String label,
      ImmutableListMultimap<String, RunResult> byAlgorithm,
      int decimals,
      ToDoubleFunction<RunResult> figure) {
    List<String> cells = new ArrayList<>();
    cells.add(label);
    byAlgorithm
        .asMap()
        .values()
        .forEach(runs ->
            cells.add(
                Spread.of(runs.stream().mapToDouble(figure).boxed().toList()).format(decimals)));
    rows.add(cells);
  }

  private static String ratio(ImmutableListMultimap<String, RunResult> byAlgorithm) {
    if (!byAlgorithm.containsKey("ppo") || !byAlgorithm.containsKey("reinforce++")) {
      return "";
    }
    ImmutableList<RunResult> ppo = byAlgorithm.get("ppo");
    ImmutableList<RunResult> reinforce = byAlgorithm.get("reinforce++");
    return String.format(
        Locale.ROOT,
        "%nPPO : REINFORCE++ = %.2f in wall time, %.2f in CPU time; per response token %.2f and %.2f"
            + " (the paper: %.0f h : %.0f h = %.2f).%n",
        ratio(ppo, reinforce, run -> run.phases().totalSeconds()),
        ratio(ppo, reinforce, run -> run.phases().totalCpuSeconds()),
        ratio(ppo, reinforce, ComparisonReport::wallPerToken),
        ratio(ppo, reinforce, ComparisonReport::cpuPerToken),
        PAPER_PPO_HOURS,
        PAPER_REINFORCE_HOURS,
        PAPER_PPO_HOURS / PAPER_REINFORCE_HOURS);
  }

  private static double ratio(
      List<RunResult> some, List<RunResult> others, ToDoubleFunction<RunResult> figure) {
    return mean(some, figure) / mean(others, figure);
  }

  private static double mean(List<RunResult> runs, ToDoubleFunction<RunResult> figure) {
    return runs.stream().mapToDouble(figure).average().orElse(0);
  }

  private static double wallPerToken(RunResult run) {
    return run.perThousandTokens(run.phases().totalSeconds());
  }

  private static double cpuPerToken(RunResult run) {
    return run.perThousandTokens(run.phases().totalCpuSeconds());
  }

  private static double number(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  private static double percent(OptionalDouble share) {
    return 100 * number(share);
  }
}
