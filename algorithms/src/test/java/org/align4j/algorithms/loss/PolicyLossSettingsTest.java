package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.loss.surrogate.PpoClip;
import org.junit.jupiter.api.Test;

/** Ranges of the settings. */
class PolicyLossSettingsTest {

  @Test
  void settingsOutOfRangeAreRefused() {
    PolicyLossSettings good = PolicyLossSettings.of(Convention.OPENRLHF);
    assertThatThrownBy(() -> good.withClip(0, 0.2))
        .hasMessage("clipLow is 0.0: it must be in (0, 1)");
    assertThatThrownBy(() -> good.withClip(1, 0.2))
        .hasMessage("clipLow is 1.0: it must be in (0, 1)");
    assertThatThrownBy(() -> good.withClip(0.2, 0))
        .hasMessage("clipHigh is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withDualClip(1))
        .hasMessage("dualClip is 1.0: it must be above 1");
    assertThatThrownBy(() -> good.withAggregation(Aggregation.TOKEN_MEAN, -1))
        .hasMessage(
            "constantLength is -1: it must be at least 1, or 0 for the columns of the batch");
    assertThatThrownBy(() -> good.withKl(-1, "k2"))
        .hasMessage("klCoefficient is -1.0: it must be at least 0");
    assertThatThrownBy(() -> good.withEntropyCoefficient(Double.NaN))
        .hasMessage("entropyCoefficient is NaN: it must be finite");
    assertThatThrownBy(() -> new PolicyObjective(new PpoClip(), good.withKl(0.1, "k4")))
        .hasMessageStartingWith("unknown KL estimator k4; did you mean k1?");
    assertThatThrownBy(() -> Aggregation.of("token-means"))
        .hasMessageStartingWith("unknown aggregation token-means; did you mean token-mean?");
  }
}
