package org.align4j.bench.compare;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.PromptFile;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.PromptCheck;
import org.align4j.core.engine.Engine;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Policy;
import org.jspecify.annotations.Nullable;

/** Makes workloads: the embedded task, or a model and a file of prompts. */
public final class Workloads {

  /** Rollout batches of a run on the embedded task. */
  public static final int EMBEDDED_UPDATES = 40;

  /** Held-out problems of the embedded task. */
  public static final int EMBEDDED_EVAL_SIZE = ArithmeticTask.HELD_OUT_SIZE;

  /** Rollout batches of a run on a real model. */
  public static final int MODEL_UPDATES = 10;

  /** Problems held out of a file of prompts. */
  public static final int MODEL_EVAL_SIZE = 16;

  private Workloads() {}

  /**
   * What a user brings.
   *
   * @param model Hugging Face folder or GGUF file
   * @param prompts problems to train on
   * @param evalPrompts problems to evaluate on; null: taken from the end of {@code prompts}
   * @param promptKey key of the prompt; empty for the usual ones
   * @param answerKey key of the answer; empty for the usual ones
   * @param templateKwargs names that the chat template is told
   * @param skipBadLines whether bad lines are left out
   */
  public record Files(
      Path model,
      Path prompts,
      @Nullable Path evalPrompts,
      String promptKey,
      String answerKey,
      boolean skipBadLines,
      ObjectNode templateKwargs) {

    Policy load(Engine engine) {
      return Policy.of(Checkpoint.load(model).withTemplateKwargs(templateKwargs), engine);
    }
  }

  /** The arithmetic task with the policy that comes with it. */
  public static Workload embedded(Engine engine, int evalSize) {
    return new Workload(
        "the embedded arithmetic task",
        () -> ArithmeticModel.pretrained(engine),
        ArithmeticTask.training(),
        evalSize == 0 ? Optional.empty() : Optional.of(ArithmeticTask.heldOut(evalSize)),
        Rewards.named("math"));
  }

  /** A model and its prompts; a model with a chat template is asked in chat. */
  public static Workload of(
      Files files, Engine engine, int evalSize, int maxNewTokens, String rewardName) {
    Reward reward = RewardSpec.parse(rewardName).build(engine);
    // The files are checked before the model, which takes longer to read.
    PromptFile file = open(files, files.prompts(), reward);
    PromptFile evaluation =
        files.evalPrompts() == null ? null : open(files, files.evalPrompts(), reward);
    BadLines badLines = badLines(files);
    Prompts all;
    @Nullable Prompts others = null;
    try (Policy policy = files.load(engine)) {
      all = usable(policy, file, null, maxNewTokens, badLines);
      if (evaluation != null && evalSize > 0) {
        others = usable(policy, evaluation, evalSize, maxNewTokens, badLines);
      }
    }
    Prompts training = all;
    Optional<Prompts> heldOut = Optional.empty();
    if (others != null) {
      heldOut = Optional.of(others);
    } else if (evalSize > 0) {
      checkArgument(
          all.size() > evalSize,
          "%s has %s prompts, %s are to be held out: pass more prompts or a smaller --eval-size",
          files.prompts(),
          all.size(),
          evalSize);
      training = all.slice(0, all.size() - evalSize);
      heldOut = Optional.of(all.slice(all.size() - evalSize, all.size()));
    }
    return new Workload(
        files.model() + " on " + files.prompts(),
        () -> files.load(engine),
        training,
        heldOut,
        reward);
  }

  private static PromptFile open(Files files, Path file, Reward reward) {
    return PromptFile.open(
        file,
        new PromptFields(files.promptKey(), files.answerKey(), reward.needsAnswer()),
        badLines(files));
  }

  private static BadLines badLines(Files files) {
    return files.skipBadLines() ? BadLines.SKIP : BadLines.FATAL;
  }

  /**
   * The first prompts of a file, or all for null, that a model can take; in chat where it has a
   * template.
   */
  public static Prompts usable(
      Policy policy,
      Prompts prompts,
      @Nullable Integer first,
      int maxNewTokens,
      BadLines badLines) {
    Prompts asked = policy.chatTemplate().isPresent() ? prompts.asChats() : prompts;
    int size = first == null ? asked.size() : Math.min(first, asked.size());
    PromptCheck check = PromptCheck.of(policy);
    if (badLines == BadLines.FATAL) {
      return check.usable(asked.slice(0, size), maxNewTokens, badLines);
    }
    Prompts usable = check.usable(asked, maxNewTokens, badLines);
    return usable.slice(0, Math.min(size, usable.size()));
  }
}
