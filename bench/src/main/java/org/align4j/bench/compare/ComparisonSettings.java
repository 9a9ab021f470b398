package org.align4j.bench.compare;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.Recipe;
import org.align4j.core.engine.Engine;

/**
 * What is compared and how long.
 *
 * @param algorithms names, each once
 * @param seed the first seed
 * @param seeds repetitions, with seed, seed + 1, …
 * @param updates rollout batches of each run
 * @param training hyper-parameters of every algorithm
 * @param engine that runs all networks
 * @param out folder of the results
 */
public record ComparisonSettings(
    ImmutableList<String> algorithms,
    long seed,
    int seeds,
    int updates,
    RlSettings training,
    Engine engine,
    Path out) {

  public ComparisonSettings {
    checkArgument(!algorithms.isEmpty(), "algorithms is empty: name one or more");
    checkArgument(
        ImmutableSet.copyOf(algorithms).size() == algorithms.size(),
        "algorithms is %s: name each once",
        algorithms);
    checkArgument(seeds > 0, "seeds is %s: it must be at least 1", seeds);
    checkArgument(updates > 0, "updates is %s: it must be at least 1", updates);
    for (String algorithm : algorithms) {
      var unused = Recipe.of(training.withAlgorithm(algorithm));
    }
  }

  /** The hyper-parameters of one run. */
  RlSettings training(String algorithm, long runSeed) {
    return training.withAlgorithm(algorithm).withSeed(runSeed);
  }

  /** The folder of one run: {@code OUT/<algorithm>/seed-<n>}. */
  Path folder(String algorithm, long runSeed) {
    return out.resolve(algorithm).resolve("seed-" + runSeed);
  }
}
