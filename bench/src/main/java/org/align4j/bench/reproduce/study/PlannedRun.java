package org.align4j.bench.reproduce.study;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.run.PreferenceRun;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.SftRun;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.Trainable;
import org.align4j.algorithms.run.TrainingRun;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.run.config.SftConfig;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PairData;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.SftData;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.run.folder.RunDescription;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.settings.run.RunSettings;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.policy.Policy;

/**
 * A run in its own folder: started, resumed, or found complete.
 *
 * @param name for the user
 * @param folder of the run
 * @param kind in {@code run.json}
 * @param algorithm in {@code run.json}
 * @param seed in {@code run.json}
 * @param parts all settings
 * @param run checkpoints, evaluation, guards
 * @param planned steps of the whole run
 * @param inputs model and data, with their hashes
 * @param opener loads the models
 */
public record PlannedRun(
    String name,
    Path folder,
    String kind,
    String algorithm,
    long seed,
    ImmutableList<Record> parts,
    RunSettings run,
    long planned,
    Supplier<ObjectNode> inputs,
    Supplier<Trainable> opener) {

  /** Reinforcement learning; says how many updates. */
  static PlannedRun reinforcement(String name, Path folder, TrainConfig config) {
    return new PlannedRun(
        name,
        folder,
        "rl",
        config.training().algorithm(),
        config.training().seed(),
        ImmutableList.copyOf(config.parts()),
        config.run(),
        config.input().updates().orElseThrow(),
        () ->
            RunDescription.inputs(
                config.input().model().map(Path::of),
                config.input().prompts().stream().map(Path::of).toList()),
        () -> open(config));
  }

  private static RlRun open(TrainConfig config) {
    Reward reward = RewardSpec.parse(config.input().reward()).build(Engine.PLAN);
    TrainData data =
        TrainData.open(config.input(), config.run().evaluation(), reward.needsAnswer());
    Policy policy = PolicyFiles.load(config.input(), config.training().seed(), Engine.PLAN);
    return new RlRun(config, policy, data, reward, TrainingListener.NONE);
  }

  /** Supervised fine-tuning of a model on data. */
  public static PlannedRun fineTuning(String name, Path folder, SftConfig config) {
    Path model = Path.of(config.input().model().orElseThrow());
    Path data = Path.of(config.input().data().orElseThrow());
    return new PlannedRun(
        name,
        folder,
        "sft",
        "sft",
        config.training().seed(),
        ImmutableList.copyOf(config.parts()),
        config.run(),
        config.training().steps().orElseThrow(),
        () -> RunDescription.inputs(Optional.of(model), ImmutableList.of(data)),
        () ->
            new SftRun(
                config,
                Policy.load(model, Engine.PLAN),
                SftData.open(config.input(), config.run().evaluation())));
  }

  /** A whole reward model on pairs. */
  public static PlannedRun rewardModel(String name, Path folder, RewardModelConfig config) {
    Path model = Path.of(config.input().model());
    Path data = Path.of(config.input().data());
    return new PlannedRun(
        name,
        folder,
        "reward-model",
        "full",
        config.training().seed(),
        ImmutableList.copyOf(config.parts()),
        config.run(),
        config.training().steps().orElseThrow(),
        () -> RunDescription.inputs(Optional.of(model), ImmutableList.of(data)),
        () -> {
          PairSplit pairs =
              PairData.open(
                  config.input(), config.run().evaluation(), config.training().maxLength());
          return PreferenceRun.rewardModel(config, Policy.load(model, Engine.PLAN), pairs);
        });
  }

  /**
   * Whether its folder has all of it.
   *
   * @throws IllegalArgumentException where the folder holds a run of other settings
   */
  boolean isDone() {
    if (!RunFolder.exists(folder)) {
      return false;
    }
    try (RunFolder saved = RunFolder.open(folder)) {
      checkSame(saved);
      return saved.status() == RunFolder.Status.DONE
          && saved.description().path("updates").asLong() == planned;
    }
  }

  /** The numbers of another run would be taken for those of this one. */
  private void checkSame(RunFolder saved) {
    Map<String, String> was = Fields.flatten(parts, saved.description().path("settings"));
    Map<String, String> is = Fields.flatten(parts, Fields.toTree(parts));
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
    long updates = saved.description().path("updates").asLong();
    checkArgument(
        updates == planned,
        "%s holds a run of %s updates, this one has %s: take another --out, or remove that folder",
        folder,
        updates,
        planned);
  }

  /**
   * Runs what is not done yet.
   *
   * @return whether it is done now; not so where it was stopped
   */
  public boolean finish(StopSignal stop, Progress progress) {
    if (isDone()) {
      return true;
    }
    try (RunFolder saved = open();
        Trainable trainable = opener.get()) {
      TrainingRun.Outcome outcome =
          new TrainingRun(
                  saved,
                  run,
                  trainable,
                  stop,
                  progress.begin(name, planned),
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
    return RunFolder.exists(folder)
        ? RunFolder.open(folder)
        : RunFolder.create(folder, description(), InstantSource.system());
  }

  private ObjectNode description() {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("kind", kind);
    node.put("name", name);
    node.put("algorithm", algorithm);
    node.put("seed", seed);
    node.put("updates", planned);
    node.set("settings", Fields.toTree(parts));
    node.set("versions", Environment.versions());
    node.set("machine", RunDescription.machine());
    node.setAll(inputs.get());
    return node;
  }
}
