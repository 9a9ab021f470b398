package org.align4j.algorithms.settings.input;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.align4j.algorithms.settings.field.Doc;

/** What a run on preference pairs is made from; see the {@link Doc} of each component. */
public record PairInput(
    @Doc("Language model to start from: Hugging Face folder or GGUF file.") String model,
    @Doc(
            value =
                "Adapter to train in place of the weights: rank=16,alpha=32,targets=attention|all|NAMES;"
                    + " see docs/adapters.md.",
            unset = "none")
        Optional<String> lora,
    @Doc(
            value =
                "Parameters to train in place of all: layers=FROM-TO, norms, embeddings, head, modules.",
            unset = "all")
        Optional<String> train,
    @Doc(
            "Pairs, JSON lines: prompt, chosen, rejected; margin where there is one. Prompts go through"
                + " the model's chat template where it has one.")
        String data,
    @Doc("Whether lines that cannot be used are left out instead of refused.")
        boolean skipBadLines) {

  /** Checks what is to be trained. */
  public PairInput {
    Tuning.check(lora, train);
  }

  /** Where model and data are to be filled in. */
  public static PairInput empty() {
    return new PairInput("", Optional.empty(), Optional.empty(), "", false);
  }

  /** A model and pairs. */
  public static PairInput of(String model, String data) {
    return new PairInput(model, Optional.empty(), Optional.empty(), data, false);
  }

  /** The same, once model and data are there. */
  public PairInput checked() {
    checkArgument(!model.isEmpty(), "model is missing: say which language model to start from");
    checkArgument(!data.isEmpty(), "data is missing: say which file has the pairs");
    return this;
  }
}
