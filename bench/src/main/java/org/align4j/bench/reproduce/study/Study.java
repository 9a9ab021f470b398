package org.align4j.bench.reproduce.study;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.align4j.algorithms.run.config.TrainConfig;

/**
 * Conditions that are compared with each other, all with the same seeds: the data of a figure.
 *
 * @param name of its folder and its result file
 * @param settings of all runs by path, as text
 * @param conditions names differ
 * @param preparation makes what the runs start from
 * @param interleaved whether the conditions, which are algorithms, take turns update by update, so
 *     that their times can be compared; such a seed is done in one go or started again
 * @param mostSeeds the first of the seeds that are asked for
 */
public record Study(
    String name,
    ImmutableMap<String, String> settings,
    ImmutableList<Condition> conditions,
    Preparation preparation,
    boolean interleaved,
    int mostSeeds) {

  public Study(
      String name,
      ImmutableMap<String, String> settings,
      ImmutableList<Condition> conditions,
      Preparation preparation) {
    this(name, settings, conditions, preparation, false, Integer.MAX_VALUE);
  }

  public Study {
    checkArgument(
        conditions.stream().map(Condition::name).distinct().count() == conditions.size(),
        "study %s has two conditions of one name",
        name);
  }

  /**
   * The run of a condition with a seed.
   *
   * @param folder of the study
   * @param prepared settings that the preparation answered
   */
  PlannedRun run(Path folder, Condition condition, long seed, Map<String, String> prepared) {
    return PlannedRun.reinforcement(
        name + ", " + condition.label() + ", seed " + seed,
        folder(folder, condition, seed),
        config(condition, seed, prepared));
  }

  /** The configuration of a condition with a seed. */
  public TrainConfig config(Condition condition, long seed, Map<String, String> prepared) {
    Map<String, String> values = new HashMap<>(settings);
    values.putAll(prepared);
    values.putAll(condition.settings());
    values.put("seed", Long.toString(seed));
    return TrainConfig.of(values);
  }

  /** Where the run of a condition with a seed is. */
  static Path folder(Path folder, Condition condition, long seed) {
    return folder.resolve(condition.name()).resolve("seed-" + seed);
  }
}
