package org.align4j.algorithms.settings;

import java.util.OptionalDouble;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.core.engine.Divergence;

/** What a policy learns from its teacher; see the {@link Doc} of each component. */
public record DistillationSettings(
    @Doc(
            value =
                "β in [0, 1] of the divergence from the teacher over the whole vocabulary: 0 forward KL,"
                    + " 1 reverse KL, between them Jensen–Shannon (TRL's gkd); left open: the reverse KL of"
                    + " the sampled tokens, as their advantage.",
            unset = "sampled")
        OptionalDouble divergence) {

  /** Checks β. */
  public DistillationSettings {
    divergence.ifPresent(Divergence::new);
  }

  /** With a divergence over the whole vocabulary. */
  public DistillationSettings withDivergence(double beta) {
    return new DistillationSettings(OptionalDouble.of(beta));
  }
}
