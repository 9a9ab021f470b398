package org.align4j.bench.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.policy.Policy;

/** The arguments of runs of a second or two. */
final class TinyRuns {

  static final int STEPS = 7;

  /** Not a multiple of what a step takes: an epoch ends within a step, and several in a run. */
  private static final int PROMPTS = 10;

  private static final int EXAMPLES = 21;

  private final Path model;
  private final Path prompts;
  private final Path examples;
  private final Path pairs;

  /** Writes the embedded policy, and files of its task, into a folder. */
  TinyRuns(Path folder) throws IOException {
    model = folder.resolve("model");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      policy.save(model);
    }
    List<String> lines = new ArrayList<>();
    Prompts training = ArithmeticTask.training();
    for (int i = 0; i < PROMPTS; i++) {
      Prompt prompt = training.get(i);
      lines.add(line("prompt", prompt.text(), "answer", prompt.answer()));
    }
    prompts = Files.write(folder.resolve("prompts.jsonl"), lines);
    lines.clear();
    for (int i = 0; i < EXAMPLES; i++) {
      TextPair pair = ArithmeticTask.demonstration(i);
      lines.add(line("prompt", pair.prompt().text(), "response", pair.response()));
    }
    examples = Files.write(folder.resolve("examples.jsonl"), lines);
    lines.clear();
    for (int i = 0; i < EXAMPLES; i++) {
      TextPair pair = ArithmeticTask.demonstration(i);
      lines.add(
          JsonFiles.mapper()
              .createObjectNode()
              .put("prompt", pair.prompt().text())
              .put("chosen", pair.response())
              .put("rejected", "#### 1")
              .toString());
    }
    pairs = Files.write(folder.resolve("pairs.jsonl"), lines);
  }

  private static String line(String key, String value, String otherKey, String otherValue) {
    return JsonFiles.mapper()
        .createObjectNode()
        .put(key, value)
        .put(otherKey, otherValue)
        .toString();
  }

  Path prompts() {
    return prompts;
  }

  /**
   * A run by name: reinforce++ on a file of prompts, other algorithms on the embedded task, sft,
   * dpo, or a reward model, trained whole or its head alone.
   */
  List<String> arguments(String kind) {
    List<String> arguments = new ArrayList<>();
    if (kind.equals("sft")) {
      arguments.addAll(List.of("sft", "--model", model.toString(), "--data", examples.toString()));
      set(arguments, "steps=" + STEPS, "update.samples=4", "evaluation.size=3");
    } else if (kind.equals("reward-head")) {
      arguments.addAll(List.of("reward-model", "--model", model.toString()));
      arguments.addAll(List.of("--data", pairs.toString()));
      set(arguments, "head=frozen", "frozen.epochs=" + STEPS, "evaluation.size=5");
      set(arguments, "evaluation.every=3", "checkpoint.every=2", "checkpoint.keep=2");
      return arguments;
    } else if (kind.equals("dpo") || kind.equals("reward-model")) {
      arguments.addAll(List.of(kind, "--model", model.toString(), "--data", pairs.toString()));
      set(arguments, "steps=" + STEPS, "update.samples=4", "evaluation.size=5");
      set(arguments, "update.emaDecay=0.5");
      if (kind.equals("reward-model")) {
        set(arguments, "head=full");
      }
    } else {
      arguments.addAll(List.of("train", "--algorithm", kind, "--updates", "" + STEPS));
      if (kind.equals("reinforce++")) {
        arguments.addAll(List.of("--model", model.toString(), "--prompts", prompts.toString()));
      }
      set(arguments, "rollout.prompts=4", "rollout.samples=2", "rollout.maxNewTokens=12");
      set(arguments, "update.samples=4", "evaluation.size=2", "guards.window=3");
      // Adaptive β, and statistics of all rewards so far: both are part of the state.
      set(arguments, "kl.target=0.1", "rewards.normalize=running", "update.emaDecay=0.5");
      if (kind.equals("flash-reinforce")) {
        // Rollouts that wait for their update are part of it too.
        set(arguments, "rollout.staleness=2");
      }
    }
    set(arguments, "update.learningRate=1e-4", "evaluation.every=3", "evaluation.patience=0");
    set(arguments, "checkpoint.every=2", "checkpoint.keep=2");
    return arguments;
  }

  private static void set(List<String> arguments, String... fields) {
    for (String field : fields) {
      arguments.addAll(List.of("--set", field));
    }
  }
}
