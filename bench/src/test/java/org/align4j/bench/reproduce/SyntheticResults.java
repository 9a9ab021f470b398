package org.align4j.bench.reproduce;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.Study;
import org.align4j.bench.reproduce.study.StudyResult;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.random.CounterRandom;

/** Result files of all studies, made up: learning curves with noise of their own. */
public final class SyntheticResults {

  private static final int UPDATES = 40;
  private static final ImmutableList<String> METRICS =
      ImmutableList.of(
          "train/actor_lr",
          "train/kl",
          "train/return",
          "train/policy_loss",
          "train/reward",
          "train/response_length",
          "train/total_length",
          "train/gradient_norm",
          "train/entropy",
          "train/clip_fraction",
          "score/model",
          "score/math");

  private SyntheticResults() {}

  /** Writes the files. */
  public static void write(Path folder) {
    for (Study study : Studies.small()) {
      write(study, folder.resolve("small"), 5);
    }
    write(Studies.sums(Path.of("m"), Path.of("p")), folder.resolve("real"), 3);
  }

  private static void write(Study study, Path folder, int seeds) {
    List<RunRecord> runs = new ArrayList<>();
    for (int c = 0; c < study.conditions().size(); c++) {
      for (int seed = 1; seed <= seeds; seed++) {
        runs.add(run(study.conditions().get(c).name(), c, seed));
      }
    }
    new StudyResult(
            study.name(),
            study.settings(),
            study.conditions(),
            JsonFiles.mapper()
                .createObjectNode()
                .put("right_share", 0.5f)
                .put("longer_preferred", 0.6f),
            JsonFiles.mapper().createObjectNode(),
            ImmutableList.copyOf(runs))
        .write(StudyResult.file(folder, study.name()));
  }

  private static RunRecord run(String condition, int place, int seed) {
    ImmutableMap.Builder<String, List<Double>> metrics = ImmutableMap.builder();
    for (int m = 0; m < METRICS.size(); m++) {
      int metric = m;
      metrics.put(
          METRICS.get(m),
          IntStream.range(0, UPDATES)
              .mapToObj(i ->
                  1
                      - 0.5 * StrictMath.exp(-i / (8.0 + place))
                      + 0.05 * CounterRandom.uniform(100L * place + metric, seed, i))
              .map(value -> Double.valueOf(Float.toString(value.floatValue())))
              .toList());
    }
    double critic = condition.equals("ppo") ? 3 : 0;
    ImmutableMap<String, Double> seconds =
        ImmutableMap.of(
            "generate",
            2.0,
            "reference",
            1.0,
            "critic",
            critic / 3,
            "policy_update",
            4.0 + seed,
            "critic_update",
            critic);
    return new RunRecord(
        condition,
        seed,
        metrics.buildOrThrow(),
        ImmutableMap.of("eval/accuracy", 0.5),
        ImmutableMap.of("eval/accuracy", 0.9),
        seconds,
        seconds,
        ImmutableMap.of("generate", 2000.0, "reference", 1000.0, "policy_update", 1000.0));
  }
}
