package org.align4j.bench.reproduce.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.bench.reproduce.page.Page.Table;
import org.align4j.bench.reproduce.preference.Preferences;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/** What is to be said of pairs, reward models and times. */
final class Facts {

  private Facts() {}

  /** The preference task of figure 1. */
  static Table preferences(StudyResult result) {
    JsonNode facts = result.facts();
    List<List<String>> rows = new ArrayList<>(common(facts));
    rows.add(
        0,
        row(
            "an annotator's utility, nats",
            PageNumbers.text(Preferences.RIGHT)
                + " · right + "
                + PageNumbers.text(Preferences.PER_TOKEN)
                + " · tokens"));
    rows.add(row("longer one preferred, of unequal pairs", percent(facts, "longer_preferred")));
    rows.add(row("right one preferred, of right and wrong", percent(facts, "right_preferred")));
    rows.add(row("right one longer, of right and wrong", percent(facts, "right_longer")));
    rows.add(
        row(
            "correlation of preference and length",
            PageNumbers.text(facts.path("length_correlation").asDouble())));
    return new Table(
        "The preferences",
        ImmutableList.of("", "here"),
        rows,
        "In real preference data the longer answer is preferred more often than not as well, and most"
            + " of what PPO gains on models of such data is length (Singhal et al. 2023, arXiv"
            + " 2310.03716, on WebGPT, Stack Exchange and RLCD).");
  }

  /** The pairs of figure 3. */
  static Table rightWrong(StudyResult result) {
    List<List<String>> rows = new ArrayList<>(common(result.facts()));
    rows.add(row("right one longer", percent(result.facts(), "right_longer")));
    return new Table("The reward model", ImmutableList.of("", "here"), rows, "");
  }

  private static List<List<String>> common(JsonNode facts) {
    JsonNode model = facts.path("reward_model");
    return List.of(
        row("start policy right, of its samples", percent(facts, "right_share")),
        row("tokens of a sample", PageNumbers.text(facts.path("mean_length").asDouble())),
        row("pairs", Integer.toString(facts.path("pairs").asInt())),
        row(
            "held-out pairs that the reward model orders as labelled",
            PageNumbers.text(100 * model.path("accuracy").path("value").asDouble()) + " %"));
  }

  private static List<String> row(String what, String value) {
    return List.of(what, value);
  }

  private static String percent(JsonNode facts, String field) {
    return PageNumbers.text(100 * facts.path(field).asDouble()) + " %";
  }

  /** What the critic costs, and whether its operations say so. */
  static Table criticShare(StudyResult result) {
    double critic =
        Times.sum(result, "ppo", RunRecord::cpu, "critic")
            + Times.sum(result, "ppo", RunRecord::cpu, "critic_update");
    double ppo = 0;
    for (String phase : Times.PHASES) {
      ppo += Times.sum(result, "ppo", RunRecord::cpu, phase);
    }
    CostModel.Prediction predicted = CostModel.predict(result);
    var measured = Times.ratio(result, "ppo", "reinforce++", RunRecord::cpu);
    return new Table(
        "The critic",
        ImmutableList.of("processor time", "measured", "predicted from REINFORCE++'s runs"),
        List.of(
            List.of(
                "share of PPO that the critic costs",
                PageNumbers.text(100 * critic / ppo) + " %",
                PageNumbers.text(
                        100
                            * (predicted.critic() + predicted.criticUpdate())
                            / (predicted.total() + predicted.critic() + predicted.criticUpdate()))
                    + " %"),
            List.of(
                "PPO : REINFORCE++",
                PageNumbers.text(measured),
                PageNumbers.text(predicted.ratio())),
            List.of(
                "critic, s",
                PageNumbers.text(Times.sum(result, "ppo", RunRecord::cpu, "critic")),
                PageNumbers.text(predicted.critic())),
            List.of(
                "critic update, s",
                PageNumbers.text(Times.sum(result, "ppo", RunRecord::cpu, "critic_update")),
                PageNumbers.text(predicted.criticUpdate()))),
        "The prediction has the critic's operations at the speeds that REINFORCE++'s scoring and"
            + " update reach; no time of PPO goes into it.");
  }
}
