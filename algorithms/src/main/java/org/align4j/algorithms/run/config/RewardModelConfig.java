package org.align4j.algorithms.run.config;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.data.PairData;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.settings.RewardModelSettings;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.settings.input.PairInput;
import org.align4j.algorithms.settings.run.RunSettings;

/**
 * All settings of a run of a reward model. The records share one YAML file.
 *
 * @param input model and pairs
 * @param reward what is trained
 * @param run checkpoints, evaluation, guards
 * @param training hyper-parameters; of a frozen head the seed and lengths only
 */
public record RewardModelConfig(
    PairInput input, RewardModelSettings reward, RunSettings run, PreferenceSettings training) {

  /** Everything but model and pairs. */
  public static RewardModelConfig defaults() {
    return new RewardModelConfig(
        PairInput.empty(),
        RewardModelSettings.defaults(),
        PairData.evaluated(RunSettings.defaults()),
        PreferenceSettings.rewardModel());
  }

  /**
   * Defaults with these fields replaced.
   *
   * @param values by path, as text
   * @throws IllegalArgumentException for an unknown field, with the nearest one, a bad value, or
   *     one that is for the other head
   */
  public static RewardModelConfig of(Map<String, String> values) {
    ImmutableList<Record> parts = Fields.with(defaults().parts(), values);
    RewardModelConfig config =
        new RewardModelConfig(
            ((PairInput) parts.get(0)).checked(),
            (RewardModelSettings) parts.get(1),
            (RunSettings) parts.get(2),
            (PreferenceSettings) parts.get(3));
    config.reward.checkNothingIdle(config.training, PreferenceSettings.rewardModel());
    checkArgument(
        config.run.evaluation().isOn(),
        "evaluation.size is 0: a reward model's statistics are those of held-out pairs; it must be at"
            + " least 1");
    return config;
  }

  /** The records, in the order in which a file lists them. */
  public List<Record> parts() {
    return List.of(input, reward, run, training);
  }
}
