package org.align4j.algorithms.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.InstantSource;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.run.folder.Continuation;
import org.align4j.algorithms.run.folder.RunDescription;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.jspecify.annotations.Nullable;

/** Reinforcement learning from Java in one call: what {@code bench/run train} does. */
public final class TrainingRuns {

  private TrainingRuns() {}

  /**
   * Trains in a run folder. Where the folder holds this run already, it goes on from the newest
   * checkpoint that is whole, bit for bit; with more {@code updates} than before it becomes longer.
   *
   * @param reward scores the responses; closed at the end
   * @throws IllegalArgumentException for settings or prompts that cannot be used, and for a folder
   *     that holds another run
   */
  public static TrainingRun.Outcome train(
      TrainConfig config, Reward reward, Path out, RunListener listener) {
    return train(config, reward, out, listener, null);
  }

  /**
   * The same on other machines.
   *
   * @param cluster whose executors do the work, the caller's to close; null for this machine
   */
  public static TrainingRun.Outcome train(
      TrainConfig config,
      Reward reward,
      Path out,
      RunListener listener,
      @Nullable Cluster cluster) {
    TrainData data =
        TrainData.open(config.input(), config.run().evaluation(), reward.needsAnswer());
    BatchPlan plan = BatchPlan.of(config.training(), RlRun.planned(config, data));
    try (RunFolder folder = folder(out, config, plan, listener);
        RlRun run =
            new RlRun(
                config,
                PolicyFiles.load(config.input(), config.training().seed(), Engine.PLAN),
                data,
                reward,
                TrainingListener.NONE,
                cluster)) {
      return new TrainingRun(
              folder, config.run(), run, StopSignal.NEVER, listener, InstantSource.system())
          .run();
    }
  }

  private static RunFolder folder(
      Path out, TrainConfig config, BatchPlan plan, RunListener listener) {
    ObjectNode description = description(config, plan);
    if (!RunFolder.exists(out)) {
      return RunFolder.create(out, description, InstantSource.system());
    }
    RunFolder saved = RunFolder.open(out);
    try {
      Continuation.check(saved, config.parts(), description, listener::onWarning);
      return saved;
    } catch (RuntimeException e) {
      saved.close();
      throw e;
    }
  }

  private static ObjectNode description(TrainConfig config, BatchPlan plan) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("kind", "rl");
    node.put("algorithm", config.training().algorithm());
    node.put("convention", version(config));
    node.put("seed", config.training().seed());
    node.put("updates", plan.updates());
    node.put("engine", "plan");
    node.set("settings", config.toTree());
    RunDescription.complete(
        node,
        config.input().model().map(Path::of),
        TrainData.files(config.input(), config.run().evaluation()));
    return node;
  }

  /** What the convention's name means now: a plain one moves with the newest version. */
  private static String version(TrainConfig config) {
    return Convention.of(config.training().convention()).version();
  }
}
