package org.align4j.algorithms.run.config;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.settings.input.TrainInput;
import org.align4j.algorithms.settings.run.RunSettings;

/**
 * All settings of a run of reinforcement learning. The three records share one YAML file.
 *
 * @param input model, prompts, reward
 * @param run steps, checkpoints, evaluation, guards
 * @param training hyper-parameters
 */
public record TrainConfig(TrainInput input, RunSettings run, RlSettings training) {

  /** Checks that there is a teacher where one is learnt from. */
  public TrainConfig {
    boolean learns = training.algorithm().equals(Algorithm.DISTILLATION.name());
    checkArgument(
        !learns || input.teacher().isPresent(),
        "algorithm distillation needs teacher, the model to learn from");
    checkArgument(
        learns || input.teacher().isEmpty(),
        "teacher is %s: algorithm %s has none; take distillation, or leave it out",
        input.teacher().orElse(""),
        training.algorithm());
  }

  /** The embedded arithmetic task. */
  public static TrainConfig embedded() {
    return new TrainConfig(TrainInput.embedded(), RunSettings.defaults(), RlSettings.arithmetic());
  }

  /**
   * Defaults with these fields replaced: those of {@link RlSettings#smallModel} where a model is
   * given, of the embedded task otherwise, of another preset where one is named; with the
   * algorithm's own number of samples of a prompt.
   *
   * @param values by path, as text
   * @throws IllegalArgumentException for an unknown field, with the nearest one, or a bad value
   */
  public static TrainConfig of(Map<String, String> values) {
    boolean model = isGiven(values, "model");
    boolean prompts = isGiven(values, "prompts");
    checkArgument(
        model == prompts,
        model
            ? "model needs prompts, the problems to train on"
            : "prompts needs model, the policy to train");
    TrainConfig defaults =
        model
            ? new TrainConfig(
                TrainInput.of("", ""), RunSettings.defaults(), RlSettings.smallModel())
            : embedded();
    TrainConfig config = preset(values).map(defaults::withTraining).orElse(defaults).with(values);
    return values.containsKey("rollout.samples")
        ? config
        : config.withTraining(ownSamples(config.training, values));
  }

  /** The configuration that {@link #toTree} wrote. */
  public static TrainConfig fromTree(JsonNode tree) {
    return embedded().with(Fields.flatten(embedded().parts(), tree));
  }

  private static Optional<RlSettings> preset(Map<String, String> values) {
    return Optional.ofNullable(values.get("preset"))
        .filter(name -> !name.equals(TrainInput.USUAL))
        .map(RlSettings::preset);
  }

  private TrainConfig withTraining(RlSettings settings) {
    return new TrainConfig(input, run, settings);
  }

  /** Prompts that were asked for are not multiplied by samples that nobody asked for. */
  private static RlSettings ownSamples(RlSettings settings, Map<String, String> values) {
    RlSettings own = settings.withOwnSamples();
    return values.containsKey("rollout.prompts")
        ? own.withRollout(r -> r.withPrompts(settings.rollout().prompts()))
        : own;
  }

  private static boolean isGiven(Map<String, String> values, String path) {
    return !values.getOrDefault(path, TrainInput.EMBEDDED).equals(TrainInput.EMBEDDED);
  }

  /** The same but for these fields. */
  public TrainConfig with(Map<String, String> values) {
    ImmutableList<Record> parts = Fields.with(parts(), values);
    return new TrainConfig(
        (TrainInput) parts.get(0), (RunSettings) parts.get(1), (RlSettings) parts.get(2));
  }

  /** The same with absolute paths, for a process that has another working folder. */
  public TrainConfig withAbsolutePaths() {
    Map<String, String> paths = new LinkedHashMap<>();
    input.model().ifPresent(path -> paths.put("model", absolute(path)));
    input.teacher().ifPresent(path -> paths.put("teacher", absolute(path)));
    input.prompts().ifPresent(path -> paths.put("prompts", absolute(path)));
    run.evaluation().prompts().ifPresent(path -> paths.put("evaluation.prompts", absolute(path)));
    return with(paths);
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().toString();
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
