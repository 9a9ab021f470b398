package org.align4j.algorithms.loss;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Ranges of what newer objectives are told. */
class SurrogateOptionsTest {

  @Test
  void optionsOutOfRangeAreRefused() {
    SurrogateOptions good = SurrogateOptions.DEFAULT;
    assertThatThrownBy(() -> good.withSapo(0, 1))
        .hasMessage("sapoPositive is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withSapo(1, 0))
        .hasMessage("sapoNegative is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withDppo(0, 1, 1))
        .hasMessage("dppoLow is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withDppo(1, 0, 1))
        .hasMessage("dppoHigh is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withDppo(1, 1, 0))
        .hasMessage("dppoCap is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withGmpo(0, 1)).hasMessage("gmpoLow is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withGmpo(1, 0)).hasMessage("gmpoHigh is 0.0: it must be above 0");
    assertThatThrownBy(() -> good.withCov(0, 1, 2, 1))
        .hasMessage("covShare is 0.0: it must be in (0, 1]");
    assertThatThrownBy(() -> good.withCov(1.1, 1, 2, 1))
        .hasMessage("covShare is 1.1: it must be in (0, 1]");
    assertThatThrownBy(() -> good.withCov(1, 2, 2, 1))
        .hasMessage("covLow is 2.0: it must be below covHigh (2.0)");
    assertThatThrownBy(() -> good.withCov(1, 1, 2, -1))
        .hasMessage("covPenalty is -1.0: it must be at least 0");
    assertThatThrownBy(() -> LossOptions.DEFAULT.withTopEntropy(0))
        .hasMessage("topEntropy is 0.0: it must be in (0, 1]");
    assertThatThrownBy(() -> LossOptions.DEFAULT.withPositiveNll(-1))
        .hasMessage("positiveNll is -1.0: it must be at least 0");
  }
}
