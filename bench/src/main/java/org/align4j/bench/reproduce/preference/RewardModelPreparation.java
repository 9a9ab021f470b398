package org.align4j.bench.reproduce.preference;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntFunction;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.reward.spec.RewardTerm;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.run.config.SftConfig;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.bench.reproduce.study.PlannedRun;
import org.align4j.bench.reproduce.study.Preparation;
import org.align4j.bench.reproduce.study.Progress;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.policy.Policy;

/**
 * The start of a study with a reward model: the embedded policy, fine-tuned where there are
 * demonstrations; pairs of its samples; a Bradley–Terry model of its size trained on them. Runs
 * then are rewarded by the model; the verifier's score is recorded with weight 0.
 *
 * @param demonstrations to imitate first; empty for the policy as it is
 * @param steps of that fine-tuning, of 64 demonstrations each
 * @param prompts of which two samples each are drawn
 * @param maxNewTokens of a sample
 * @param rewardSteps of the reward model's training, of 64 pairs each
 * @param heldOutPairs whose rewards are the z-score's statistics
 */
public record RewardModelPreparation(
    Optional<IntFunction<TextPair>> demonstrations,
    int steps,
    int prompts,
    int maxNewTokens,
    int rewardSteps,
    int heldOutPairs,
    Labeller labeller)
    implements Preparation {

  private static final int BATCH = 64;

  @Override
  public Optional<ImmutableMap<String, String>> prepare(
      Path folder, StopSignal stop, Progress progress) {
    Path start = folder.resolve("start");
    Path prompted = start.resolve("prompts.jsonl");
    Path heldOut = start.resolve("held-out.jsonl");
    Path pairs = start.resolve("pairs.jsonl");
    Path facts = start.resolve(FACTS);
    writePrompts(prompted, ArithmeticTask.training());
    writePrompts(heldOut, ArithmeticTask.heldOut(ArithmeticTask.HELD_OUT_SIZE));
    Optional<Path> policy = policy(folder, stop, progress);
    if (policy.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode said = said(facts);
    if (!Files.exists(pairs) || said.isEmpty()) {
      progress.message("Sampling pairs of " + prompts + " prompts");
      try (Policy sampler = Policy.load(policy.get(), Engine.PLAN)) {
        said = new PairMaker(sampler, prompts, maxNewTokens, labeller).write(pairs).toJson();
      }
      AtomicFiles.writeString(facts, said + "\n");
    }
    Path rewardModel = start.resolve("reward-model");
    PlannedRun training =
        PlannedRun.rewardModel(
            folder.getFileName() + ", reward model",
            rewardModel,
            rewardModelConfig(policy.get(), pairs));
    if (stop.requested() || !training.finish(stop, progress)) {
      return Optional.empty();
    }
    said.set(
        "reward_model",
        JsonFiles.readObject(rewardModel.resolve("evaluation.json"), Long.MAX_VALUE));
    AtomicFiles.writeString(facts, said + "\n");
    return Optional.of(
        ImmutableMap.of(
            "model", policy.get().toString(),
            "prompts", prompted.toString(),
            "evaluation.prompts", heldOut.toString(),
            "reward", reward(rewardModel.resolve("policy"))));
  }

  private static ObjectNode said(Path facts) {
    return Files.exists(facts)
        ? (ObjectNode) JsonFiles.readObject(facts, Long.MAX_VALUE)
        : JsonFiles.mapper().createObjectNode();
  }

  /** The policy that runs start from; empty where its training was stopped. */
  private Optional<Path> policy(Path folder, StopSignal stop, Progress progress) {
    Path start = folder.resolve("start");
    Path embedded = start.resolve("embedded");
    if (!Files.exists(embedded)) {
      try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
        policy.save(embedded);
      }
    }
    if (demonstrations.isEmpty()) {
      return Optional.of(embedded);
    }
    Path data = start.resolve("demonstrations.jsonl");
    writeDemonstrations(data, demonstrations.get(), steps * BATCH);
    PlannedRun training =
        PlannedRun.fineTuning(
            folder.getFileName() + ", start policy",
            start.resolve("sft"),
            SftConfig.of(
                ImmutableMap.<String, String>builder()
                    .put("model", embedded.toString())
                    .put("data", data.toString())
                    .put("steps", Integer.toString(steps))
                    .put("maxLength", "128")
                    .put("update.samples", Integer.toString(BATCH))
                    .put("update.microBatchTokens", "8192")
                    .put("update.learningRate", "3e-4")
                    .put("evaluation.size", "0")
                    .buildOrThrow()));
    return training.finish(stop, progress)
        ? Optional.of(start.resolve("sft").resolve("policy"))
        : Optional.empty();
  }

  private RewardModelConfig rewardModelConfig(Path policy, Path pairs) {
    return RewardModelConfig.of(
        ImmutableMap.<String, String>builder()
            .put("model", policy.toString())
            .put("data", pairs.toString())
            .put("head", "full")
            .put("steps", Integer.toString(rewardSteps))
            .put("maxLength", "128")
            .put("update.samples", Integer.toString(BATCH))
            .put("update.microBatchTokens", "8192")
            .put("update.learningRate", "3e-4")
            .put("evaluation.size", Integer.toString(heldOutPairs))
            .put("evaluation.every", "0")
            .buildOrThrow());
  }

  private static String reward(Path model) {
    return new RewardSpec(
            ImmutableList.of(
                new RewardTerm("model:" + model, 1, ImmutableMap.of()),
                new RewardTerm("math", 0, ImmutableMap.of())))
        .text();
  }

  private static void writePrompts(Path file, Prompts prompts) {
    if (Files.exists(file)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < prompts.size(); i++) {
      text.append(line(prompts.get(i)).put("answer", prompts.get(i).answer())).append('\n');
    }
    AtomicFiles.writeString(file, text.toString());
  }

  private static void writeDemonstrations(Path file, IntFunction<TextPair> pairs, int count) {
    if (Files.exists(file)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      TextPair pair = pairs.apply(i);
      text.append(line(pair.prompt()).put("response", pair.response())).append('\n');
    }
    AtomicFiles.writeString(file, text.toString());
  }

  private static ObjectNode line(Prompt prompt) {
    return JsonFiles.mapper().createObjectNode().put("question", prompt.text());
  }
}
