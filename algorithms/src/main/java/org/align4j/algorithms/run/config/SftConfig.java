package org.align4j.algorithms.run.config;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.settings.input.SftInput;
import org.align4j.algorithms.settings.run.RunSettings;

/**
 * All that a run of supervised fine-tuning is told. The three records share one YAML file.
 *
 * @param input model and data
 * @param run checkpoints, evaluation, guards
 * @param training hyper-parameters
 */
public record SftConfig(SftInput input, RunSettings run, SftSettings training) {

  /** Tokens beyond the longest worked solution that an evaluation allows. */
  private static final int MARGIN = 4;

  /** The embedded arithmetic task, from random weights. */
  public static SftConfig embedded() {
    return new SftConfig(
        SftInput.embedded(ArithmeticTask.MAX_SOLUTION + MARGIN),
        RunSettings.defaults().withEvaluation(e -> e.withSize(ArithmeticTask.HELD_OUT_SIZE)),
        SftSettings.arithmetic());
  }

  /**
   * Defaults with these fields replaced: those of {@link SftSettings#smallModel} where a model is
   * given, of the embedded task otherwise.
   *
   * @param values by path, as text
   * @throws IllegalArgumentException for an unknown field, with the nearest one, or a bad value
   */
  public static SftConfig of(Map<String, String> values) {
    boolean model = isGiven(values, "model");
    boolean data = isGiven(values, "data");
    checkArgument(
        model == data,
        model ? "model needs data, the examples" : "data needs model, where to start");
    SftConfig defaults =
        model
            ? new SftConfig(SftInput.of("", ""), RunSettings.defaults(), SftSettings.smallModel())
            : embedded();
    ImmutableList<Record> parts = Fields.with(defaults.parts(), values);
    return new SftConfig(
        (SftInput) parts.get(0), (RunSettings) parts.get(1), (SftSettings) parts.get(2));
  }

  private static boolean isGiven(Map<String, String> values, String path) {
    return !values.getOrDefault(path, SftInput.EMBEDDED).equals(SftInput.EMBEDDED);
  }

  /** The records, in the order in which a file lists them. */
  public List<Record> parts() {
    return List.of(input, run, training);
  }

  /** All fields as one tree: what {@code run.json} holds. */
  public ObjectNode toTree() {
    return Fields.toTree(parts());
  }
}
