package org.align4j.algorithms.settings.input;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** What a run of reinforcement learning is made from; see the {@link Doc} of each component. */
public record TrainInput(
    @Doc(
            value =
                "Hyper-parameters to begin with: paper-general, paper-math (table 1), arithmetic or"
                    + " small-model; left open: arithmetic, or small-model where a model is given.",
            unset = TrainInput.USUAL,
            changesResults = false)
        Optional<String> preset,
    @Doc(
            value =
                "Policy and reference: Hugging Face folder or GGUF file; left open: the policy of the"
                    + " embedded arithmetic task.",
            unset = TrainInput.EMBEDDED,
            changesResults = false)
        Optional<String> model,
    @Doc(
            value =
                "Teacher of algorithm=distillation: Hugging Face folder or GGUF file with the policy's"
                    + " tokenizer.",
            unset = "none",
            changesResults = false)
        Optional<String> teacher,
    @Doc(
            value = "Prompts to train on, JSON lines; left open: the embedded arithmetic task.",
            unset = TrainInput.EMBEDDED,
            changesResults = false)
        Optional<String> prompts,
    @Doc(value = "Key of the prompt; left open: the usual ones.", unset = "usual")
        Optional<String> promptKey,
    @Doc(value = "Key of the reference answer; left open: the usual ones.", unset = "usual")
        Optional<String> answerKey,
    @Doc("Whether lines that cannot be used are left out instead of refused.") boolean skipBadLines,
    @Doc(
            "Names for the chat template, a JSON object such as {\"enable_thinking\": false}; a line's"
                + " own stand above them.")
        String chatTemplateKwargs,
    @Doc(
            "What scores responses: a name, or a sum such as math*0.9+format*0.1; see docs/rewards.md.")
        String reward,
    @Doc(
            value = "Rollout batches of the run; left open: one pass over the prompts.",
            unset = "pass",
            changesResults = false)
        OptionalInt updates,
    @Doc("Limits of rewards.") JudgingSettings judging) {

  /** The word for the preset that fits the model. */
  public static final String USUAL = "usual";

  /** The word for the embedded task. */
  public static final String EMBEDDED = "embedded";

  /** No names for the chat template. */
  static final String NO_KWARGS = "{}";

  /** Rollout batches of a run on the embedded task. */
  private static final int EMBEDDED_UPDATES = 40;

  /** FieldChecks that model and prompts come together. */
  public TrainInput {
    checkArgument(
        model.isPresent() == prompts.isPresent(),
        model.isPresent()
            ? "model needs prompts, the problems to train on"
            : "prompts needs model, the policy to train");
    updates.ifPresent(count -> FieldChecks.positive("updates", count));
    checkArgument(!reward.isBlank(), "reward is empty: name one, such as math");
  }

  /** The embedded arithmetic task. */
  public static TrainInput embedded() {
    return new TrainInput(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        NO_KWARGS,
        "math",
        OptionalInt.of(EMBEDDED_UPDATES),
        JudgingSettings.defaults());
  }

  /** Defaults of a run on a model and prompts. */
  public static TrainInput of(String model, String prompts) {
    return new TrainInput(
        Optional.empty(),
        Optional.of(model),
        Optional.empty(),
        Optional.of(prompts),
        Optional.empty(),
        Optional.empty(),
        false,
        NO_KWARGS,
        "math",
        OptionalInt.empty(),
        JudgingSettings.defaults());
  }

  /** With a teacher to distil from. */
  public TrainInput withTeacher(String value) {
    return Fields.replace(this, "teacher", Optional.of(value));
  }

  /** With another reward. */
  public TrainInput withReward(String value) {
    return Fields.replace(this, "reward", value);
  }

  /** With other limits of rewards. */
  public TrainInput withJudging(UnaryOperator<JudgingSettings> change) {
    return Fields.replace(this, "judging", change.apply(judging));
  }

  /** With another number of rollout batches. */
  public TrainInput withUpdates(int value) {
    return Fields.replace(this, "updates", OptionalInt.of(value));
  }

  /** Whether it is the embedded task. */
  public boolean isEmbedded() {
    return model.isEmpty();
  }
}
