package org.align4j.bench.reproduce;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.align4j.bench.reproduce.study.Study;
import org.align4j.core.registry.NearestName;

/**
 * What is reproduced and where it goes.
 *
 * @param figures of the small scale, by the names of their studies; empty for all
 * @param seeds repetitions, with seeds 1, 2, …
 * @param out folder of the runs
 * @param results folder of the result files
 * @param model of the real scale
 * @param prompts of the real scale
 */
public record ReproductionSettings(
    Scale scale,
    ImmutableSet<String> figures,
    int seeds,
    Path out,
    Path results,
    Optional<Path> model,
    Optional<Path> prompts) {

  /** What is there; table 1 has nothing to measure. */
  private static final ImmutableList<String> NAMES =
      Stream.concat(Studies.small().stream().map(Study::name), Stream.of("table1"))
          .collect(ImmutableList.toImmutableList());

  /** Checks what depends on the scale. */
  public ReproductionSettings {
    checkArgument(seeds > 0, "--seeds is %s: it must be at least 1", seeds);
    boolean real = scale == Scale.REAL;
    checkArgument(
        model.isPresent() == real && prompts.isPresent() == real,
        real
            ? "--scale real needs --model and --prompts: what is trained, and on which problems"
            : "--model and --prompts are for --scale real: the small scale has the embedded task");
    for (String figure : figures) {
      checkArgument(NAMES.contains(figure), "%s", NearestName.unknown("--figure", figure, NAMES));
    }
    checkArgument(!real || figures.isEmpty(), "--figure is for --scale small");
  }

  /** All seeds. */
  ImmutableList<Long> allSeeds() {
    return LongStream.rangeClosed(1, seeds).boxed().collect(ImmutableList.toImmutableList());
  }

  /** The studies that are asked for. */
  ImmutableList<Study> studies() {
    if (scale == Scale.REAL) {
      return ImmutableList.of(Studies.sums(model.orElseThrow(), prompts.orElseThrow()));
    }
    return Studies.small().stream()
        .filter(study -> figures.isEmpty() || figures.contains(study.name()))
        .collect(ImmutableList.toImmutableList());
  }
}
