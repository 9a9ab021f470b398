package org.align4j.bench.reproduce;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.run.BatchPlan;
import org.align4j.algorithms.run.PolicyFiles;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.RunDescription;
import org.align4j.algorithms.run.RunFolder;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.TrainConfig;
import org.align4j.algorithms.run.TrainData;
import org.align4j.algorithms.run.TrainingRun;
import org.align4j.algorithms.settings.Fields;
import org.align4j.algorithms.train.TrainingListener;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;

/**
 * A run of a study: begun, gone on with, or found done.
 *
 * @param name for the user
 * @param folder of the run
 * @param config with its seed
 */
record PlannedRun(String name, Path folder, TrainConfig config) {

  /** Whether its folder has all of it. */
  boolean isDone() {
    if (!RunFolder.exists(folder)) {
      return false;
    }
    try (RunFolder saved = RunFolder.open(folder)) {
      checkSame(saved);
      return saved.status() == RunFolder.Status.DONE
          && saved.description().path("updates").asLong() == updates();
    }
  }

  private int updates() {
    return config.input().updates().orElseThrow();
  }

  /**
   * Refuses a folder whose run has other settings: its numbers would be taken for those of this
   * one.
   */
  private void checkSame(RunFolder saved) {
    List<Record> parts = config.parts();
    Map<String, String> was = Fields.flatten(parts, saved.description().path("settings"));
    Map<String, String> is = Fields.flatten(parts, config.toTree());
    for (Fields.Field field : parts.stream().flatMap(part -> Fields.all(part).stream()).toList()) {
      String old = String.valueOf(was.get(field.path()));
      String now = String.valueOf(is.get(field.path()));
      checkArgument(
          !field.changesResults() || old.equals(now),
          "%s holds a run with %s %s, this one has %s: take another --out, or remove that folder",
          folder,
          field.path(),
          old,
          now);
    }
  }

  /**
   * Runs what is not done yet.
   *
   * @return whether it is done now; not so where it was stopped
   */
  boolean run(StopSignal stop, Progress progress) {
    Reward reward = RewardSpec.parse(config.input().reward()).build(Engine.PLAN);
    TrainData data =
        TrainData.open(config.input(), config.run().evaluation(), reward.needsAnswer());
    try (RunFolder saved = open();
        RlRun run =
            new RlRun(
                config,
                PolicyFiles.load(config.input(), Engine.PLAN),
                data,
                reward,
                TrainingListener.NONE)) {
      TrainingRun.Outcome outcome =
          new TrainingRun(
                  saved,
                  config.run(),
                  run,
                  stop,
                  progress.begin(name, updates()),
                  InstantSource.system())
              .run();
      if (outcome == TrainingRun.Outcome.INTERRUPTED) {
        return false;
      }
      // The last state of a run that is done is of no use, and is the largest thing in its folder.
      AtomicFiles.remove(saved.checkpoints());
      return true;
    } finally {
      progress.end();
    }
  }

  private RunFolder open() {
    if (RunFolder.exists(folder)) {
      return RunFolder.open(folder);
    }
    return RunFolder.create(folder, description(), InstantSource.system());
  }

  private ObjectNode description() {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("kind", "rl");
    node.put("name", name);
    node.put("algorithm", config.training().algorithm());
    node.put("seed", config.training().seed());
    node.put("updates", BatchPlan.of(config.training(), updates()).updates());
    node.set("settings", config.toTree());
    node.set("versions", RunDescription.versions(RunDescription.ALIGN4J));
    node.set("machine", RunDescription.machine());
    Optional<Path> model = config.input().model().map(Path::of);
    node.setAll(
        RunDescription.inputs(model, config.input().prompts().stream().map(Path::of).toList()));
    return node;
  }
}
