package org.align4j.algorithms.run.config;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.data.PairData;
import org.align4j.algorithms.settings.DirectSettings;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.settings.input.PairInput;
import org.align4j.algorithms.settings.run.RunSettings;

/**
 * All settings of a run of direct preference optimisation. The records share one YAML file.
 *
 * @param input model and pairs
 * @param direct the loss
 * @param run checkpoints, evaluation, guards
 * @param training hyper-parameters
 */
public record DpoConfig(
    PairInput input, DirectSettings direct, RunSettings run, PreferenceSettings training) {

  /** Everything but model and pairs. */
  public static DpoConfig defaults() {
    return new DpoConfig(
        PairInput.empty(),
        DirectSettings.defaults(),
        PairData.evaluated(RunSettings.defaults()),
        PreferenceSettings.direct());
  }

  /**
   * Defaults with these fields replaced.
   *
   * @param values by path, as text
   * @throws IllegalArgumentException for an unknown field, with the nearest one, or a bad value
   */
  public static DpoConfig of(Map<String, String> values) {
    ImmutableList<Record> parts = Fields.with(defaults().parts(), values);
    return new DpoConfig(
        ((PairInput) parts.get(0)).checked(),
        (DirectSettings) parts.get(1),
        (RunSettings) parts.get(2),
        (PreferenceSettings) parts.get(3));
  }

  /** The records, in the order in which a file lists them. */
  public List<Record> parts() {
    return List.of(input, direct, run, training);
  }
}
