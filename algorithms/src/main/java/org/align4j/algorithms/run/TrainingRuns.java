package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.InstantSource;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.train.TrainingListener;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;

/** Reinforcement learning from Java in one call: what {@code bench/run train} does. */
public final class TrainingRuns {

  private TrainingRuns() {}

  /**
   * Trains in a run folder. Where the folder holds a run of the same settings already, it goes on
   * from the newest checkpoint that is whole, bit for bit.
   *
   * @param reward scores the responses; closed at the end
   * @throws IllegalArgumentException for settings or prompts that cannot be used, and for a folder
   *     that holds another run
   */
  public static TrainingRun.Outcome train(
      TrainConfig config, Reward reward, Path out, RunListener listener) {
    TrainData data =
        TrainData.open(config.input(), config.run().evaluation(), reward.needsAnswer());
    BatchPlan plan = BatchPlan.of(config.training(), RlRun.planned(config, data));
    try (RunFolder folder =
            RunFolder.exists(out)
                ? RunFolder.open(out)
                : RunFolder.create(out, description(config, plan), InstantSource.system());
        RlRun run =
            new RlRun(
                checked(config, folder),
                PolicyFiles.load(config.input(), Engine.PLAN),
                data,
                reward,
                TrainingListener.NONE)) {
      return new TrainingRun(
              folder, config.run(), run, StopSignal.NEVER, listener, InstantSource.system())
          .run();
    }
  }

  private static TrainConfig checked(TrainConfig config, RunFolder folder) {
    checkArgument(
        folder.description().path("settings").equals(tree(config)),
        "%s holds a run of other settings (%s): take another folder",
        folder.path(),
        folder.path().resolve("run.json"));
    String now = version(config);
    String then = folder.description().path("convention").asText(now);
    checkArgument(
        then.equals(now),
        "the run in %s began under %s, convention %s is %s now: take another folder",
        folder.path(),
        then,
        config.training().convention(),
        now);
    return config;
  }

  private static ObjectNode description(TrainConfig config, BatchPlan plan) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("kind", "rl");
    node.put("algorithm", config.training().algorithm());
    node.put("convention", version(config));
    node.put("seed", config.training().seed());
    node.put("updates", plan.updates());
    node.set("settings", tree(config));
    node.set("versions", RunDescription.versions(RunDescription.ALIGN4J));
    node.set("machine", RunDescription.machine());
    RunDescription.inputs(
            config.input().model().map(Path::of),
            config.input().prompts().stream().map(Path::of).toList())
        .properties()
        .forEach(entry -> node.set(entry.getKey(), entry.getValue()));
    return node;
  }

  /** What the convention's name means now: a plain one moves with the newest version. */
  private static String version(TrainConfig config) {
    return Convention.of(config.training().convention()).version();
  }

  /** As a reader of {@code run.json} sees it: whole numbers are of one type there. */
  private static ObjectNode tree(TrainConfig config) {
    try {
      return (ObjectNode) JsonFiles.mapper().readTree(config.toTree().toString());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException("the settings are not JSON", e);
    }
  }
}
