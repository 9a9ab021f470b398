package org.align4j.bench.reproduce.page;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;
import org.align4j.bench.reproduce.page.Page.Table;
import org.align4j.bench.reproduce.study.Condition;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/** Tables of what one changed setting changes. */
final class Variations {

  private static final String RF = "reinforce++";
  private static final String GRPO = "grpo";
  private static final String NOTE =
      "In brackets the 95 % interval over seeds; then the verdict, with the rules of the figures. The"
          + " variations have three seeds.";

  private Variations() {}

  /** The statistics of a row. */
  @FunctionalInterface
  private interface Cells {
    List<String> of(Map<Long, RunRecord> rf, Map<Long, RunRecord> grpo);
  }

  /** The claims of figure 1, by variation. */
  static Table figure1(StudyResult base, StudyResult variations) {
    return new Table(
        "Figure 1 under other settings",
        ImmutableList.of(
            "changed",
            "tokens per unit of reward, GRPO − REINFORCE++",
            "tokens at equal reward, GRPO − REINFORCE++",
            "reward gained, REINFORCE++ − GRPO",
            "tokens gained, GRPO − REINFORCE++"),
        rows(
            "as in figure 1",
            base,
            variations,
            (rf, grpo) ->
                List.of(
                    above(RunStatistics.difference(grpo, rf, of(RunStatistics::lengthPerReward))),
                    above(RunStatistics.difference(grpo, rf, RunStatistics::lengthAtEqualReward)),
                    PageNumbers.text(RunStatistics.difference(rf, grpo, gain("train/reward"))),
                    PageNumbers.text(
                        RunStatistics.difference(grpo, rf, gain("train/response_length"))))),
        NOTE);
  }

  private static ToDoubleBiFunction<RunRecord, RunRecord> gain(String metric) {
    return of(run -> RunStatistics.gain(run, metric));
  }

  /** The claims of figures 2 and 3 on the rule's reward, by variation. */
  static Table figure2(StudyResult base, StudyResult variations) {
    return new Table(
        "Figure 2 under other settings",
        ImmutableList.of(
            "changed",
            "reward, REINFORCE++ − GRPO",
            "jitter of reward, GRPO − REINFORCE++",
            "of log gradient norm",
            "of KL",
            "reward per nat, REINFORCE++ − GRPO"),
        rows("as in figure 2", base, variations, Variations::ofRule),
        NOTE);
  }

  private static List<String> ofRule(Map<Long, RunRecord> rf, Map<Long, RunRecord> grpo) {
    Interval reward =
        RunStatistics.difference(rf, grpo, of(run -> RunStatistics.last(run, "train/reward")));
    return List.of(
        cell(reward, ClaimVerdict.within(reward, Claims.SIMILAR)),
        above(RunStatistics.difference(grpo, rf, of(RunStatistics::rewardJitter))),
        above(RunStatistics.difference(grpo, rf, of(RunStatistics::gradientJitter))),
        above(RunStatistics.difference(grpo, rf, of(RunStatistics::klJitter))),
        above(RunStatistics.difference(rf, grpo, of(RunStatistics::rewardPerNat))));
  }

  private static List<List<String>> rows(
      String first, StudyResult base, StudyResult variations, Cells cells) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row(first, cells.of(base.runsOf(RF), base.runsOf(GRPO))));
    for (Condition condition : variations.conditions()) {
      if (condition.name().startsWith(RF + "-")) {
        String change = condition.name().substring(RF.length() + 1);
        rows.add(
            row(
                Splitter.on(", ").splitToList(condition.label()).get(1),
                cells.of(
                    variations.runsOf(condition.name()), variations.runsOf(GRPO + "-" + change))));
      }
    }
    return rows;
  }

  private static List<String> row(String name, List<String> cells) {
    return ImmutableList.<String>builder().add(name).addAll(cells).build();
  }

  private static String above(Interval interval) {
    return cell(interval, ClaimVerdict.above(interval, 0));
  }

  private static String cell(Interval interval, ClaimVerdict verdict) {
    return PageNumbers.text(interval) + ", " + verdict.text();
  }

  /** Differences of each ablation to the base. */
  static Table ablations(StudyResult base, StudyResult ablations) {
    List<List<String>> rows = new ArrayList<>();
    for (Condition condition : ablations.conditions()) {
      Map<Long, RunRecord> runs = ablations.runsOf(condition.name());
      List<String> row = new ArrayList<>(List.of(condition.label()));
      List<ToDoubleFunction<RunRecord>> statistics =
          List.of(
              run -> RunStatistics.last(run, "train/reward"),
              run -> 100 * Claims.accuracy(run),
              run -> RunStatistics.last(run, "train/kl"),
              RunStatistics::rewardPerNat,
              RunStatistics::rewardJitter,
              RunStatistics::gradientJitter);
      for (ToDoubleFunction<RunRecord> statistic : statistics) {
        row.add(PageNumbers.text(RunStatistics.difference(runs, base.runsOf(RF), of(statistic))));
      }
      rows.add(row);
    }
    return new Table(
        "What each change does",
        ImmutableList.of(
            "changed − REINFORCE++ of figure 2",
            "reward, last 10",
            "held-out accuracy, points",
            "KL a token, last 10",
            "reward per nat",
            "jitter of reward",
            "of log gradient norm"),
        rows,
        "");
  }

  private static ToDoubleBiFunction<RunRecord, RunRecord> of(
      ToDoubleFunction<RunRecord> statistic) {
    return (a, b) -> statistic.applyAsDouble(a) - statistic.applyAsDouble(b);
  }
}
