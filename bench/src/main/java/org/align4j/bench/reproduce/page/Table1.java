package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.bench.reproduce.page.Page.Table;

/** The paper's settings beside those used here. */
final class Table1 {

  private Table1() {}

  static Table table() {
    RlSettings general = RlSettings.paperGeneral();
    RlSettings math = RlSettings.paperMath();
    RlSettings small = RlSettings.arithmetic();
    RlSettings real = RlSettings.smallModel();
    return new Table(
        "The paper's settings, and those used here",
        ImmutableList.of("setting", "paper", "1 M parameters", "135 M parameters", "why"),
        List.of(
            List.of(
                "kl.coefficient",
                general.kl().coefficient() + " general, " + math.kl().coefficient() + " math",
                "the same",
                Double.toString(real.kl().coefficient()),
                "as in the paper; the sums are mathematics"),
            List.of(
                "samples", "25,000 in all", "4,096", "1,440", "a run takes seconds, or minutes"),
            List.of(
                "rollout.samples",
                Integer.toString(math.rollout().samples()),
                Integer.toString(small.rollout().samples()),
                Integer.toString(real.rollout().samples()),
                "as in the paper"),
            List.of(
                "rollout batch",
                Integer.toString(math.rollout().size()),
                Integer.toString(small.rollout().size()),
                Integer.toString(real.rollout().size()),
                "what two cores do in half a second, or in ten"),
            List.of(
                "update.samples",
                Integer.toString(math.update().samples()),
                Integer.toString(small.update().samples()),
                Integer.toString(real.update().samples()),
                "two mini-batches a rollout as in the paper; one for the larger model"),
            List.of(
                "rollout.maxNewTokens",
                math.rollout().maxNewTokens() + " (not stated)",
                small.rollout().maxNewTokens() + ", 70 in figure 1",
                "24",
                "the longest answer that the task needs"),
            List.of(
                "update.learningRate",
                Double.toString(math.update().learningRate()),
                Double.toString(small.update().learningRate()),
                Double.toString(real.update().learningRate()),
                "small models need larger steps"),
            List.of(
                "critic.learningRate",
                Double.toString(math.critic().learningRate()),
                Double.toString(small.critic().learningRate()),
                Double.toString(real.critic().learningRate()),
                "likewise"),
            List.of(
                "advantage.gamma",
                Double.toString(math.advantage().gamma()),
                Double.toString(small.advantage().gamma()),
                Double.toString(real.advantage().gamma()),
                "as in the paper"),
            List.of(
                "objective.clipLow, clipHigh",
                Double.toString(math.objective().clipLow()),
                Double.toString(small.objective().clipLow()),
                Double.toString(real.objective().clipLow()),
                "as in the paper"),
            List.of(
                "convention",
                "paper",
                "paper",
                "paper",
                "what the paper leaves open is as in its author's code of that week, OpenRLHF"
                    + " 0.5.5")),
        "");
  }
}
