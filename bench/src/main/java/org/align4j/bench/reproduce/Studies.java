package org.align4j.bench.reproduce;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.bench.reproduce.preference.Demonstrations;
import org.align4j.bench.reproduce.preference.Labeller;
import org.align4j.bench.reproduce.preference.Preferences;
import org.align4j.bench.reproduce.preference.RewardModelPreparation;
import org.align4j.bench.reproduce.study.Condition;
import org.align4j.bench.reproduce.study.Preparation;
import org.align4j.bench.reproduce.study.Study;

/**
 * What is measured at each scale. All runs are under the conventions of the paper's code (OpenRLHF
 * 0.5.5), with the settings of the embedded task but for what stands here.
 */
final class Studies {

  static final String FIGURE1 = "figure1";
  static final String FIGURE2 = "figure2";
  static final String FIGURE3 = "figure3";
  static final String TABLE2 = "table2";
  static final String ABLATIONS = "ablations";
  static final String VARIATIONS1 = "variations1";
  static final String VARIATIONS2 = "variations2";
  static final String SUMS = "sums";

  static final Condition PPO = Condition.of("ppo", "PPO");
  static final Condition REINFORCE_PP = Condition.of("reinforce++", "REINFORCE++");
  static final Condition GRPO = Condition.of("grpo", "GRPO");
  static final Condition RLOO = Condition.of("rloo", "RLOO");

  /** Updates of 128 samples after which the embedded policy has learnt most of what it can. */
  private static final int UPDATES = 32;

  private static final int HELD_OUT = 256;

  /** Seeds of what was tried on the side. */
  private static final int VARIED_SEEDS = 3;

  /** Updates after which the model of 135 M parameters has stopped learning on the sums. */
  private static final int REAL_UPDATES = 45;

  private static final ImmutableMap<String, String> GROUPS_OF_8 =
      ImmutableMap.of("rollout.samples", "8", "rollout.prompts", "16");

  private Studies() {}

  /** The studies of the small scale. */
  static ImmutableList<Study> small() {
    return ImmutableList.of(
        figure1(), figure2(), figure3(), table2(), ablations(), variations1(), variations2());
  }

  private static ImmutableMap<String, String> settings(int updates, Map<String, String> more) {
    return ImmutableMap.<String, String>builder()
        .put("convention", "paper")
        .put("updates", Integer.toString(updates))
        .put("evaluation.size", Integer.toString(HELD_OUT))
        .put("logging.completionsEvery", "10")
        .putAll(more)
        .buildKeepingLast();
  }

  /** Rewards of a Bradley–Terry model that likes long answers; the paper's general domain. */
  private static Study figure1() {
    return new Study(
        FIGURE1,
        settings(
            UPDATES,
            ImmutableMap.of(
                "rollout.maxNewTokens",
                "70",
                "kl.coefficient",
                "0.01",
                "update.microBatchTokens",
                "8192",
                "update.samples",
                "64",
                "update.learningRate",
                "5e-5",
                "rollout.prompts",
                "32",
                "critic.learningRate",
                "1e-3")),
        ImmutableList.of(PPO, REINFORCE_PP, GRPO),
        new RewardModelPreparation(
            Optional.of(Demonstrations::get),
            100,
            2500,
            70,
            80,
            HELD_OUT,
            Labeller.bradleyTerry(Preferences.RIGHT, Preferences.PER_TOKEN)));
  }

  /** The embedded task with its rule. */
  private static Study figure2() {
    return new Study(
        FIGURE2,
        settings(UPDATES, ImmutableMap.of()),
        ImmutableList.of(REINFORCE_PP, GRPO),
        Preparation.NONE);
  }

  /** Rewards of a model that was trained on right and wrong answers. */
  private static Study figure3() {
    return new Study(
        FIGURE3,
        settings(
            UPDATES,
            ImmutableMap.of(
                "rollout.maxNewTokens",
                "48",
                "update.microBatchTokens",
                "8192",
                "update.samples",
                "64",
                "update.learningRate",
                "5e-5",
                "rollout.prompts",
                "32")),
        ImmutableList.of(REINFORCE_PP, RLOO, GRPO),
        new RewardModelPreparation(Optional.empty(), 0, 5000, 48, 80, HELD_OUT, Labeller.RIGHT));
  }

  /** Times, update by update in turn. */
  private static Study table2() {
    return new Study(
        TABLE2,
        settings(UPDATES, ImmutableMap.of("evaluation.size", "0")),
        ImmutableList.of(PPO, REINFORCE_PP),
        Preparation.NONE,
        true,
        Integer.MAX_VALUE);
  }

  /** Each differs in one thing from REINFORCE++ of figure 2. */
  private static Study ablations() {
    return new Study(
        ABLATIONS,
        settings(UPDATES, ImmutableMap.of()),
        ImmutableList.of(
            changed(
                "kl-loss-k3",
                "KL in the loss, k3",
                ImmutableMap.of("kl.place", "loss", "kl.lossEstimator", "k3")),
            changed(
                "kl-loss-k2",
                "KL in the loss, k2",
                ImmutableMap.of("kl.place", "loss", "kl.lossEstimator", "k2")),
            changed(
                "group-normalisation",
                "group normalisation",
                ImmutableMap.of("algorithm", "grpo", "kl.place", "reward")),
            changed(
                "no-clip",
                "no clip",
                ImmutableMap.of("objective.clipLow", "0.999", "objective.clipHigh", "1000")),
            changed(
                "reward-normalisation",
                "rewards z-scored",
                ImmutableMap.of("rewards.normalize", "running", "rewards.clip", "10"))),
        Preparation.NONE);
  }

  private static Condition changed(String name, String label, Map<String, String> values) {
    return new Condition(
        name,
        label,
        ImmutableMap.<String, String>builder()
            .put("algorithm", "reinforce++")
            .putAll(values)
            .buildKeepingLast());
  }

  /** Figure 1 with one setting changed, for both algorithms, from the same start. */
  private static Study variations1() {
    List<Condition> conditions = new ArrayList<>();
    vary(conditions, "kl-0.001", "β 0.001", ImmutableMap.of("kl.coefficient", "0.001"));
    vary(conditions, "kl-0.1", "β 0.1", ImmutableMap.of("kl.coefficient", "0.1"));
    vary(conditions, "lr-1e-4", "rate 1e-4", ImmutableMap.of("update.learningRate", "1e-4"));
    vary(conditions, "group-8", "groups of 8", GROUPS_OF_8);
    Study base = figure1();
    return new Study(
        VARIATIONS1,
        base.settings(),
        ImmutableList.copyOf(conditions),
        (folder, stop, progress) ->
            base.preparation().prepare(folder.resolveSibling(base.name()), stop, progress),
        false,
        VARIED_SEEDS);
  }

  /** Figure 2 with one setting changed, for both algorithms. */
  private static Study variations2() {
    List<Condition> conditions = new ArrayList<>();
    vary(conditions, "kl-0.01", "β 0.01", ImmutableMap.of("kl.coefficient", "0.01"));
    vary(conditions, "lr-1e-4", "rate 1e-4", ImmutableMap.of("update.learningRate", "1e-4"));
    vary(conditions, "group-8", "groups of 8", GROUPS_OF_8);
    vary(
        conditions,
        "clip-0.1",
        "clip 0.1",
        ImmutableMap.of("objective.clipLow", "0.1", "objective.clipHigh", "0.1"));
    return new Study(
        VARIATIONS2,
        settings(UPDATES, ImmutableMap.of("evaluation.size", "0")),
        ImmutableList.copyOf(conditions),
        Preparation.NONE,
        false,
        VARIED_SEEDS);
  }

  private static void vary(
      List<Condition> conditions, String name, String label, Map<String, String> values) {
    for (Condition algorithm : Lists.newArrayList(REINFORCE_PP, GRPO)) {
      conditions.add(
          new Condition(
              algorithm.name() + "-" + name,
              algorithm.label() + ", " + label,
              ImmutableMap.<String, String>builder()
                  .putAll(algorithm.settings())
                  .putAll(values)
                  .buildOrThrow()));
    }
  }

  /**
   * A pretrained model on sums of two numbers, rule-based reward: the settings of {@code
   * docs/real-models.md}.
   */
  static Study sums(Path model, Path prompts) {
    return new Study(
        SUMS,
        ImmutableMap.<String, String>builder()
            .put("model", model.toString())
            .put("prompts", prompts.toString())
            .put("reward", "math")
            .put("convention", "paper")
            .put("updates", Integer.toString(REAL_UPDATES))
            .put("rollout.prompts", "8")
            .put("rollout.samples", "4")
            .put("rollout.maxNewTokens", "24")
            .put("evaluation.size", "96")
            .put("checkpoint.every", "15")
            .put("checkpoint.keep", "1")
            .buildOrThrow(),
        ImmutableList.of(REINFORCE_PP, GRPO, RLOO, PPO),
        Preparation.NONE);
  }
}
