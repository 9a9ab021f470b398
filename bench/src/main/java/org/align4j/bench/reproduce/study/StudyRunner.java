package org.align4j.bench.reproduce.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.core.file.JsonFiles;

/**
 * Runs studies: every run has its own folder below the study's, what is done is not done again, and
 * what was interrupted goes on.
 */
public final class StudyRunner {

  private static final long LARGEST = 16 << 20;
  private static final ImmutableSet<String> PLACES = ImmutableSet.of("model", "prompts");

  private final Path out;
  private final List<Long> seeds;
  private final StopSignal stop;
  private final Progress progress;

  public StudyRunner(Path out, List<Long> seeds, StopSignal stop, Progress progress) {
    this.out = out;
    this.seeds = ImmutableList.copyOf(seeds);
    this.stop = stop;
    this.progress = progress;
  }

  /** Where a study is. */
  Path folder(Study study) {
    return out.resolve(study.name());
  }

  /**
   * Runs a study seed by seed, so that what is there after an interruption is balanced.
   *
   * @return whether all of it is done; not so where it was stopped
   */
  public boolean run(Study study) {
    Path folder = folder(study);
    Optional<ImmutableMap<String, String>> prepared =
        study.preparation().prepare(folder, stop, progress);
    return prepared.isPresent() && run(study, folder, prepared.get());
  }

  private boolean run(Study study, Path folder, Map<String, String> prepared) {
    for (long seed : seeds(study)) {
      if (study.interleaved()) {
        if (stop.requested() || !new TimedRuns(study, folder, stop, progress).run(seed)) {
          return false;
        }
        continue;
      }
      for (Condition condition : study.conditions()) {
        if (stop.requested()) {
          return false;
        }
        if (!study.run(folder, condition, seed, prepared).finish(stop, progress)) {
          return false;
        }
      }
    }
    return true;
  }

  private List<Long> seeds(Study study) {
    return seeds.subList(0, Math.min(seeds.size(), study.mostSeeds()));
  }

  /** What {@code run.json} says; an empty object where there is no run. */
  private static JsonNode description(Path run) {
    return RunFolder.exists(run)
        ? JsonFiles.readObject(run.resolve("run.json"), LARGEST)
        : JsonFiles.mapper().createObjectNode();
  }

  /** What is there of a study: the runs that are done. */
  public StudyResult result(Study study) {
    Path folder = folder(study);
    ImmutableList.Builder<RunRecord> runs = ImmutableList.builder();
    JsonNode first = JsonFiles.mapper().createObjectNode();
    for (Condition condition : study.conditions()) {
      for (long seed : seeds(study)) {
        Path run = Study.folder(folder, condition, seed);
        JsonNode description = description(run);
        if (description.path("status").asText().equals("done")) {
          first = first.isEmpty() ? description : first;
          runs.add(RunRecord.read(condition.name(), seed, run.resolve("metrics.jsonl")));
        }
      }
    }
    Path facts = folder.resolve("start").resolve(Preparation.FACTS);
    return new StudyResult(
        study.name(),
        ImmutableMap.copyOf(Maps.filterKeys(study.settings(), name -> !PLACES.contains(name))),
        study.conditions(),
        Files.exists(facts)
            ? JsonFiles.readObject(facts, LARGEST)
            : JsonFiles.mapper().createObjectNode(),
        Environment.of(first),
        runs.build());
  }
}
