package org.align4j.bench.compare;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.RolloutSettings;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.core.engine.Engine;

/**
 * What is compared and how long.
 *
 * @param algorithms names, each once
 * @param seed the first seed
 * @param seeds repetitions, with seed, seed + 1, …
 * @param config of every run but for algorithm and seed; says how many updates
 * @param engine that runs all networks
 * @param out folder of the results
 * @param description what {@code run.json} says of every run: versions, machine, inputs, command
 */
public record ComparisonSettings(
    ImmutableList<String> algorithms,
    long seed,
    int seeds,
    TrainConfig config,
    Engine engine,
    Path out,
    ObjectNode description) {

  public ComparisonSettings {
    checkArgument(!algorithms.isEmpty(), "algorithms is empty: name one or more");
    checkArgument(
        ImmutableSet.copyOf(algorithms).size() == algorithms.size(),
        "algorithms is %s: name each once",
        algorithms);
    checkArgument(seeds > 0, "seeds is %s: it must be at least 1", seeds);
    checkArgument(
        config.input().updates().isPresent(), "updates is not set: all runs must have as many");
    for (String algorithm : algorithms) {
      var _ = ResolvedAlgorithm.of(training(config, algorithm));
    }
  }

  /** Rollout batches of each run. */
  public int updates() {
    return config.input().updates().orElseThrow();
  }

  /** All seeds. */
  ImmutableList<Long> allSeeds() {
    return LongStream.range(seed, seed + seeds).boxed().collect(ImmutableList.toImmutableList());
  }

  /** The configuration of one run. */
  TrainConfig config(String algorithm, long runSeed) {
    return new TrainConfig(
        config.input(), config.run(), training(config, algorithm).withSeed(runSeed));
  }

  /** With the algorithm's own number of samples of a prompt: all take as many samples an update. */
  private static RlSettings training(TrainConfig config, String algorithm) {
    return config.training().withAlgorithm(algorithm).withOwnSamples();
  }

  /**
   * What an algorithm samples otherwise than the others, in one sentence; empty where it does not.
   */
  Optional<String> difference(String algorithm) {
    RolloutSettings own = training(config, algorithm).rollout();
    RolloutSettings others = config.training().rollout();
    return own.equals(others)
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s is made for %d sample a prompt: it takes %d × %d, the others %d × %d",
                algorithm,
                own.samples(),
                own.prompts(),
                own.samples(),
                others.prompts(),
                others.samples()));
  }

  /** The folder of one run: {@code OUT/<algorithm>/seed-<n>}. */
  Path folder(String algorithm, long runSeed) {
    return out.resolve(algorithm).resolve("seed-" + runSeed);
  }

  /** What {@code run.json} says of one run. */
  ObjectNode description(String algorithm, long runSeed) {
    ObjectNode node = description.objectNode();
    node.put("kind", "rl");
    node.put("algorithm", algorithm);
    node.put("convention", Convention.of(config.training().convention()).version());
    node.put("seed", runSeed);
    node.put("updates", updates());
    node.put("engine", engine.name());
    node.set("settings", config(algorithm, runSeed).toTree());
    node.setAll(description);
    return node;
  }
}
