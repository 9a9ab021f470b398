package org.align4j.bench.compare;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.Optional;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.PromptFields;
import org.align4j.algorithms.data.PromptFile;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
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
   * @param skipBadLines whether bad lines are left out
   */
  public record Files(
      Path model,
      Path prompts,
      @Nullable Path evalPrompts,
      String promptKey,
      String answerKey,
      boolean skipBadLines) {}

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
  public static Workload of(Files files, Engine engine, int evalSize, String rewardName) {
    Reward reward = Rewards.named(rewardName);
    // The files are checked before the model, which takes longer to read.
    PromptFile file = open(files, files.prompts(), reward);
    PromptFile evaluation =
        files.evalPrompts() == null ? null : open(files, files.evalPrompts(), reward);
    boolean chat;
    try (Policy policy = Policy.load(files.model(), engine)) {
      chat = policy.chatTemplate().isPresent();
      var unused = policy.tokenizer();
    }
    Prompts all = new Asked(file, 0, file.size(), chat);
    Prompts training = all;
    Optional<Prompts> heldOut = Optional.empty();
    if (evalSize > 0 && evaluation != null) {
      heldOut = Optional.of(new Asked(evaluation, 0, Math.min(evalSize, evaluation.size()), chat));
    } else if (evalSize > 0) {
      checkArgument(
          all.size() > evalSize,
          "%s has %s prompts, %s are to be held out: pass more prompts or a smaller --eval-size",
          files.prompts(),
          all.size(),
          evalSize);
      training = slice(all, 0, all.size() - evalSize);
      heldOut = Optional.of(slice(all, all.size() - evalSize, all.size()));
    }
    return new Workload(
        files.model() + " on " + files.prompts(),
        () -> Policy.load(files.model(), engine),
        training,
        heldOut,
        reward);
  }

  private static PromptFile open(Files files, Path file, Reward reward) {
    return PromptFile.open(
        file,
        new PromptFields(files.promptKey(), files.answerKey(), reward.needsAnswer()),
        files.skipBadLines() ? BadLines.SKIP : BadLines.FATAL);
  }

  /** The prompts of a file, asked in chat where the model has a template. */
  public static Prompts prompts(Path file, PromptFields fields, BadLines badLines, boolean chat) {
    PromptFile prompts = PromptFile.open(file, fields, badLines);
    return new Asked(prompts, 0, prompts.size(), chat);
  }

  private static Prompts slice(Prompts prompts, int from, int to) {
    return new Asked(prompts, from, to, false);
  }

  /** Some of the prompts, in chat where the model wants it. */
  private record Asked(Prompts prompts, int from, int to, boolean chat) implements Prompts {
    @Override
    public int size() {
      return to - from;
    }

    @Override
    public Prompt get(int index) {
      Prompt prompt = prompts.get(from + index);
      return chat ? prompt.asChat() : prompt;
    }
  }
}
