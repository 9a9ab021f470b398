package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.align4j.bench.reproduce.page.Page.Bar;
import org.align4j.bench.reproduce.page.Page.Bars;
import org.align4j.bench.reproduce.page.Page.Cloud;
import org.align4j.bench.reproduce.page.Page.Panel;
import org.align4j.bench.reproduce.page.Page.Section;
import org.align4j.bench.reproduce.page.Page.Table;
import org.align4j.bench.reproduce.preference.Preferences;
import org.align4j.bench.reproduce.study.Condition;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/** The page's sections, one a figure or table, of the results that are there. */
final class Sections {

  private static final String REWARD = "train/reward";
  private static final String LENGTH = "train/response_length";

  private final Results results;
  private final Charts charts = new Charts();
  private final List<Section> sections = new ArrayList<>();

  Sections(Results results) {
    this.results = results;
  }

  /** Everything. */
  Page page() {
    results.get("small/figure1").ifPresent(this::figure1);
    results.get("small/figure2").ifPresent(this::figure2);
    results.get("small/figure3").ifPresent(this::figure3);
    sections.add(table1());
    results.get("small/table2").ifPresent(this::table2);
    Optional<StudyResult> base = results.get("small/figure2");
    Optional<StudyResult> ablations = results.get("small/ablations");
    if (base.isPresent() && ablations.isPresent()) {
      ablations(base.get(), ablations.get());
    }
    tried();
    results.get("real/sums").ifPresent(this::sums);
    List<Integer> steps = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      steps.add(i);
    }
    return new Page(
        "REINFORCE++, measured again",
        "The figures and tables of arXiv 2501.03262 on a machine of two cores: a policy of 1 M"
            + " parameters, and one of 135 M",
        charts.groups(),
        charts.runs(),
        steps,
        List.of(),
        sections);
  }

  private void tried() {
    List<Table> tables = new ArrayList<>();
    add(tables, "small/figure1", "small/variations1", Variations::figure1);
    add(tables, "small/figure2", "small/variations2", Variations::figure2);
    if (!tables.isEmpty()) {
      sections.add(
          new Section(
              "tried",
              "What was tried",
              "Where a claim depends on the settings, it is no claim about the algorithms.",
              "Figures 1 and 2 again with one setting changed, for both algorithms. Each row has the"
                  + " claims' statistics and what they then say.",
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              null,
              tables));
    }
  }

  private void add(
      List<Table> tables,
      String base,
      String variations,
      BiFunction<StudyResult, StudyResult, Table> table) {
    results
        .get(base)
        .ifPresent(of ->
            results.get(variations).ifPresent(changed -> tables.add(table.apply(of, changed))));
  }

  private void figure1(StudyResult result) {
    List<Charts.Line> lines = charts.lines(result);
    sections.add(
        new Section(
            "figure1",
            "Figure 1: general domain, Bradley–Terry reward model",
            "With a reward model of human preferences PPO and REINFORCE++ are less prone to length"
                + " hacking than GRPO, whose responses grow longer for the reward they earn.",
            "A policy that can be hasty, careful or padded (idle steps such as 16+0=16) is asked"
                + " twice; annotators who like right answers and, less, long ones choose; a model of"
                + " the policy's size learns from them and rewards. The verifier's score is recorded"
                + " and has no weight.",
            groups(lines),
            Section.rows(Claims.figure1(result)),
            panels(lines),
            more(lines),
            List.of(
                cloud(lines, "Reward model's score by length", "z-score", "score/model"),
                cloud(lines, "True correctness by length", "share right", "score/math")),
            null,
            List.of(Facts.preferences(result), hacking(result))));
  }

  private static Cloud cloud(List<Charts.Line> lines, String name, String unit, String metric) {
    return Charts.cloud(
        lines,
        name,
        unit,
        "Each point is an update of a run.",
        "tokens of a response",
        run -> run.metric(LENGTH),
        run -> run.metric(metric));
  }

  private static Table hacking(StudyResult result) {
    List<List<String>> rows = new ArrayList<>();
    for (Condition condition : result.conditions()) {
      var runs = result.runsOf(condition.name());
      var score = RunStatistics.mean(runs, run -> RunStatistics.gain(run, "score/model"));
      var right = RunStatistics.mean(runs, run -> RunStatistics.gain(run, "score/math"));
      var length = RunStatistics.mean(runs, run -> RunStatistics.gain(run, LENGTH));
      double ofLength = Preferences.PER_TOKEN * length.value();
      double ofRight = Preferences.RIGHT * right.value();
      rows.add(
          List.of(
              condition.label(),
              PageNumbers.text(score),
              PageNumbers.text(right),
              PageNumbers.text(length),
              PageNumbers.text(ofRight),
              PageNumbers.text(ofLength),
              PageNumbers.text(100 * ofLength / (ofLength + ofRight)) + " %"));
    }
    return new Table(
        "Which of the gain is hacking",
        ImmutableList.of(
            "gained, last 10 updates − first batch",
            "reward model, z-scores",
            "right answers, share",
            "length, tokens",
            "utility of right answers, nats",
            "utility of length, nats",
            "of it length"),
        rows,
        "Utility is what the annotators choose by; what length adds to it is no quality.");
  }

  private void figure2(StudyResult result) {
    List<Charts.Line> lines = charts.lines(result);
    sections.add(
        new Section(
            "figure2",
            "Figure 2: mathematics, rule-based reward",
            "With a rule as reward REINFORCE++ does about as well as GRPO, and trains more steadily.",
            "The embedded task: chains of two to four small sums, 1 for the right answer. Jitter is"
                + " √(½ mean (x_t+1 − x_t)²), the deviation around any slow trend.",
            groups(lines),
            Section.rows(Claims.figure2(result)),
            panels(lines),
            more(lines),
            List.of(),
            null,
            List.of(outcomes(result))));
  }

  private void figure3(StudyResult result) {
    List<Charts.Line> lines = charts.lines(result);
    List<Panel> panels = new ArrayList<>(panels(lines));
    panels.add(Charts.overKl(lines, "Higher and further left is better."));
    sections.add(
        new Section(
            "figure3",
            "Figure 3: mathematics, reward model",
            "With a reward model for mathematics REINFORCE++ and RLOO gain more reward for each unit"
                + " of KL than GRPO.",
            "The reward model has the policy's size and learnt from pairs of a right and a wrong"
                + " sample of it. KL of a response is train/kl × train/response_length, as in the"
                + " paper's footnote.",
            groups(lines),
            Section.rows(Claims.figure3(result)),
            panels,
            more(lines),
            List.of(
                Charts.cloud(
                    lines,
                    "Reward by KL of the update",
                    "z-score",
                    "Each point is an update of a run.",
                    "KL of the update, nats a response",
                    RunStatistics::klOfResponse,
                    run -> run.metric(REWARD))),
            null,
            List.of(Facts.rightWrong(result), outcomes(result))));
  }

  private static Section table1() {
    return new Section(
        "table1",
        "Table 1: hyper-parameters",
        "Both domains share all settings but the weight of the KL.",
        "train --preset paper-general and paper-math have the paper's numbers; figures here have"
            + " them scaled down to a policy that is eight thousand times smaller.",
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null,
        List.of(Table1.table()));
  }

  private void table2(StudyResult result) {
    List<Bar> rows = new ArrayList<>();
    for (Condition condition : result.conditions()) {
      rows.add(bar(result, condition, ", clock", RunRecord::wall));
      rows.add(bar(result, condition, ", cores", RunRecord::cpu));
    }
    sections.add(
        new Section(
            "table2",
            "Table 2: time",
            "70,000 samples take PPO 60 hours and REINFORCE++ 42: a ratio of "
                + PageNumbers.text(CostModel.PAPER)
                + ".",
            "Both algorithms take turns update by update in one process, so that what else the"
                + " machine does meets both alike; the first update of each is left out.",
            List.of(),
            Section.rows(Claims.table2(result)),
            List.of(),
            List.of(),
            List.of(),
            new Bars(Times.PHASES, rows),
            ImmutableList.of(
                Facts.criticShare(result), CostModel.phases(result), CostModel.paper())));
  }

  private static Bar bar(
      StudyResult result,
      Condition condition,
      String kind,
      Function<RunRecord, ImmutableMap<String, Double>> seconds) {
    double updates =
        result.runsOf(condition.name()).values().stream()
            .mapToDouble(run -> run.metric(REWARD).length - 1)
            .sum();
    return new Bar(
        condition.label() + kind,
        Times.PHASES.stream()
            .map(phase ->
                PageNumbers.stored(Times.sum(result, condition.name(), seconds, phase) / updates))
            .toList());
  }

  private void ablations(StudyResult base, StudyResult ablations) {
    List<Charts.Line> lines = new ArrayList<>();
    lines.add(charts.line(base, base.condition("reinforce++")));
    lines.addAll(charts.lines(ablations));
    sections.add(
        new Section(
            "ablations",
            "Ablations",
            "The article argues for token-level KL in the reward, normalisation over the whole"
                + " batch, the clip and normalised rewards.",
            "REINFORCE++ of figure 2 with one thing changed.",
            groups(lines),
            Section.rows(Claims.ablations(base, ablations)),
            panels(lines),
            more(lines),
            List.of(),
            null,
            List.of(Variations.ablations(base, ablations))));
  }

  private void sums(StudyResult result) {
    List<Charts.Line> lines = charts.lines(result);
    List<Panel> panels = new ArrayList<>(panels(lines));
    panels.add(Charts.overKl(lines, "Higher and further left is better."));
    sections.add(
        new Section(
            "sums",
            "The same on a pretrained model",
            "The claims of figures 2 and 3 and of table 2, on a model of 135 M parameters.",
            "SmolLM2-135M-Instruct learns sums of two numbers in chat, 32 samples an update, by a"
                + " rule; three seeds leave much undecided.",
            groups(lines),
            Section.rows(Claims.sums(result)),
            panels,
            more(lines),
            List.of(),
            null,
            List.of(outcomes(result))));
  }

  private static List<Integer> groups(List<Charts.Line> lines) {
    return lines.stream().map(Charts.Line::group).toList();
  }

  /** The paper's six. */
  private static List<Panel> panels(List<Charts.Line> lines) {
    return ImmutableList.of(
        Charts.overSteps(lines, REWARD, "score", "Mean raw score of a rollout batch."),
        Charts.overSteps(lines, "train/return", "score", "Sum of a sequence's shaped rewards."),
        Charts.overSteps(lines, "train/kl", "nats/token", "k1 to the reference."),
        Charts.overSteps(lines, "train/policy_loss", "", "Mean over the mini-batches."),
        Charts.overSteps(lines, LENGTH, "tokens", "Of a response."),
        Charts.overSteps(lines, "train/total_length", "tokens", "Of prompt and response."));
  }

  private static List<Panel> more(List<Charts.Line> lines) {
    return ImmutableList.of(
        Charts.overSteps(lines, "train/gradient_norm", "", "Before clipping."),
        Charts.overSteps(lines, "train/entropy", "nats/token", "Of the policy."),
        Charts.overSteps(lines, "train/clip_fraction", "share", "Of tokens."),
        Charts.overSteps(lines, "train/actor_lr", "", "Constant."));
  }

  /** First batch, last updates, held-out accuracy. */
  private static Table outcomes(StudyResult result) {
    List<List<String>> rows = new ArrayList<>();
    for (Condition condition : result.conditions()) {
      var runs = result.runsOf(condition.name());
      List<ToDoubleFunction<RunRecord>> columns =
          List.of(
              run -> run.metric(REWARD)[0],
              run -> RunStatistics.last(run, REWARD),
              run -> 100 * run.before().getOrDefault("eval/accuracy", Double.NaN),
              run -> 100 * Claims.accuracy(run),
              run -> RunStatistics.last(run, "train/kl"),
              run -> RunStatistics.last(run, LENGTH));
      List<String> row = new ArrayList<>(List.of(condition.label()));
      columns.forEach(column -> row.add(PageNumbers.text(RunStatistics.mean(runs, column))));
      rows.add(row);
    }
    return new Table(
        "Outcomes",
        ImmutableList.of(
            "mean [95 % interval]",
            "reward, first batch",
            "reward, last 10 updates",
            "held-out accuracy before, %",
            "after, %",
            "KL a token, last 10",
            "length, last 10"),
        rows,
        "");
  }
}
