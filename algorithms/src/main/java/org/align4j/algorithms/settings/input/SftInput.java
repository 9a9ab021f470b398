package org.align4j.algorithms.settings.input;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;

/** What a run of supervised fine-tuning is made from; see the {@link Doc} of each component. */
public record SftInput(
    @Doc(
            value =
                "Where to start from: Hugging Face folder or GGUF file; left open: random weights for"
                    + " the embedded arithmetic task.",
            unset = SftInput.EMBEDDED,
            changesResults = false)
        Optional<String> model,
    @Doc(
            value = "Prompts with the responses to imitate, JSON lines.",
            unset = SftInput.EMBEDDED,
            changesResults = false)
        Optional<String> data,
    @Doc(value = "Key of the prompt; left open: the usual ones.", unset = "usual")
        Optional<String> promptKey,
    @Doc(value = "Key of the response; left open: the usual ones.", unset = "usual")
        Optional<String> answerKey,
    @Doc("Whether lines that cannot be used are left out instead of refused.") boolean skipBadLines,
    @Doc(
            "Names for the chat template, a JSON object such as {\"enable_thinking\": false}; a line's"
                + " own stand above them.")
        String chatTemplateKwargs,
    @Doc("Longest response of the evaluation in tokens, where examples have a reference answer.")
        int maxNewTokens) {

  /** The word for the embedded task. */
  public static final String EMBEDDED = "embedded";

  /** FieldChecks that model and data come together. */
  public SftInput {
    checkArgument(
        model.isPresent() == data.isPresent(),
        model.isPresent() ? "model needs data, the examples" : "data needs model, where to start");
    FieldChecks.positive("maxNewTokens", maxNewTokens);
  }

  /** The embedded arithmetic task. */
  public static SftInput embedded(int maxNewTokens) {
    return new SftInput(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        TrainInput.NO_KWARGS,
        maxNewTokens);
  }

  /** Defaults of a run on a model and data. */
  public static SftInput of(String model, String data) {
    return new SftInput(
        Optional.of(model),
        Optional.of(data),
        Optional.empty(),
        Optional.empty(),
        false,
        TrainInput.NO_KWARGS,
        256);
  }

  /** Whether it is the embedded task. */
  public boolean isEmbedded() {
    return model.isEmpty();
  }
}
