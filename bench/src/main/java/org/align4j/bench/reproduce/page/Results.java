package org.align4j.bench.reproduce.page;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.bench.reproduce.study.StudyResult;

/** The result files that are there. */
record Results(ImmutableMap<String, StudyResult> studies) {

  private static final List<String> NAMES =
      List.of(
          "small/figure1",
          "small/figure2",
          "small/figure3",
          "small/table2",
          "small/ablations",
          "small/variations1",
          "small/variations2",
          "real/sums");

  /** Reads a folder of results, in which some or all may be missing. */
  static Results read(Path folder) {
    Map<String, StudyResult> studies = new LinkedHashMap<>();
    for (String name : NAMES) {
      Path file = folder.resolve(name + ".json");
      if (Files.exists(file)) {
        studies.put(name, StudyResult.read(file));
      }
    }
    return new Results(ImmutableMap.copyOf(studies));
  }

  /** A study, where every condition has a run. */
  Optional<StudyResult> get(String name) {
    return Optional.ofNullable(studies.get(name))
        .filter(result ->
            result.conditions().stream()
                .noneMatch(condition -> result.runsOf(condition.name()).isEmpty()));
  }

  /**
   * The same of a folder that must have some.
   *
   * @throws IllegalArgumentException where there is none
   */
  static Results readSome(Path folder) {
    Results results = read(folder);
    checkArgument(
        !results.studies.isEmpty(),
        "%s has no results: they are files such as small/figure1.json below it",
        folder);
    return results;
  }
}
