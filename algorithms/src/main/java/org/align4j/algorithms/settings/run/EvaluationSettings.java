package org.align4j.algorithms.settings.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** Evaluation during a run; see the {@link Doc} of each component. */
public record EvaluationSettings(
    @Doc("Steps between evaluations; 0: before the first and after the last step only.") int every,
    @Doc(
            value = "Held-out data; left open: taken from the end of the training data.",
            unset = "held-out",
            changesResults = false)
        Optional<String> prompts,
    @Doc("Held-out problems, examples or pairs; 0 for no evaluation.") int size,
    @Doc("Responses sampled for each problem; 1: one, greedily.") int samples,
    @Doc(
            value =
                "What decides which checkpoint is best; auto: eval/accuracy, or eval/reward where the"
                    + " reward knows no right and wrong, or eval/loss (sft). A name that ends in loss"
                    + " is better when lower.",
            unset = "auto")
        Optional<String> metric,
    @Doc("Evaluations without a better one after which the run stops; 0: it does not.")
        int patience) {

  /** FieldChecks every field. */
  public EvaluationSettings {
    FieldChecks.notNegative("evaluation.every", every);
    FieldChecks.notNegative("evaluation.size", size);
    FieldChecks.positive("evaluation.samples", samples);
    FieldChecks.notNegative("evaluation.patience", patience);
    checkArgument(
        patience == 0 || every > 0,
        "evaluation.patience is %s, but evaluation.every is 0: say how often to evaluate",
        patience);
  }

  /** With other steps between evaluations. */
  public EvaluationSettings withEvery(int value) {
    return Fields.replace(this, "every", value);
  }

  /** With another number of problems; 0 for no evaluation. */
  public EvaluationSettings withSize(int value) {
    return Fields.replace(this, "size", value);
  }

  /** With another number of responses to each problem. */
  public EvaluationSettings withSamples(int value) {
    return Fields.replace(this, "samples", value);
  }

  /** With another patience; 0 for no early stop. */
  public EvaluationSettings withPatience(int value) {
    return Fields.replace(this, "patience", value);
  }

  /** Whether anything is evaluated. */
  public boolean isOn() {
    return size > 0;
  }

  /** Whether an evaluation is due after a step. */
  public boolean isDue(long step, boolean last) {
    return isOn() && (last || (every > 0 && step % every == 0));
  }
}
