package org.align4j.algorithms.settings.input;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.settings.field.Doc;

/** What a run on preference pairs is made from; see the {@link Doc} of each component. */
public record PairInput(
    @Doc("Language model to start from: Hugging Face folder or GGUF file.") String model,
    @Doc(
            "Pairs, JSON lines: prompt, chosen, rejected; margin where there is one. Prompts go through"
                + " the model's chat template where it has one.")
        String data,
    @Doc("Whether lines that cannot be used are left out instead of refused.")
        boolean skipBadLines) {

  /** Where model and data are to be filled in. */
  public static PairInput empty() {
    return new PairInput("", "", false);
  }

  /** A model and pairs. */
  public static PairInput of(String model, String data) {
    return new PairInput(model, data, false);
  }

  /** The same, once model and data are there. */
  public PairInput checked() {
    checkArgument(!model.isEmpty(), "model is missing: say which language model to start from");
    checkArgument(!data.isEmpty(), "data is missing: say which file has the pairs");
    return this;
  }
}
