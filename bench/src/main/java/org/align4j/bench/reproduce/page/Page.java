package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page's script is given. Groups and runs are those of all sections; a section refers to
 * them by their place, as the report's charts want it.
 */
record Page(
    String title,
    String subtitle,
    List<Group> groups,
    List<Run> runs,
    List<Integer> steps,
    List<String> guards,
    List<Section> sections) {

  /** A line in charts. */
  record Group(String name, String algorithm) {}

  record Run(int group, String seed) {}

  /** Means with a bootstrap interval. */
  record Band(
      List<@Nullable Double> mean, List<@Nullable Double> low, List<@Nullable Double> high) {}

  /**
   * A chart.
   *
   * @param x positions
   * @param xLabel empty for steps
   * @param runs values by run
   * @param groups bands by group
   */
  record Panel(
      String metric,
      String unit,
      String what,
      String xLabel,
      List<Double> x,
      Map<Integer, List<@Nullable Double>> runs,
      Map<Integer, Band> groups) {}

  /** Points by group. */
  record Cloud(
      String metric, String unit, String what, String xLabel, Map<Integer, Points> points) {}

  record Points(List<Double> x, List<Double> y) {}

  /** Bars of phases, one a row. */
  record Bars(List<String> phases, List<Bar> rows) {}

  record Bar(String label, List<Double> parts) {}

  record Table(String title, List<String> head, List<List<String>> rows, String note) {}

  /** A verdict as the page shows it. */
  record Row(
      String claim, String statistic, String rule, String interval, int seeds, String verdict) {

    static Row of(Claim claim) {
      return new Row(
          claim.text(),
          claim.statistic(),
          claim.rule(),
          PageNumbers.text(claim.interval()),
          claim.interval().seeds(),
          claim.verdict().text());
    }
  }

  /**
   * A figure or table of the paper.
   *
   * @param paper what the paper says of it
   * @param setup what was done here
   * @param groups of its legend
   */
  record Section(
      String id,
      String title,
      String paper,
      String setup,
      List<Integer> groups,
      List<Row> claims,
      List<Panel> panels,
      List<Panel> more,
      List<Cloud> clouds,
      @Nullable Bars bars,
      List<Table> tables) {

    static List<Row> rows(List<Claim> claims) {
      return claims.stream().map(Row::of).collect(ImmutableList.toImmutableList());
    }
  }
}
