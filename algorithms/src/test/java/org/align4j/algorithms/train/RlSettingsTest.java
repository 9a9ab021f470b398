package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RlSettingsTest {

  @Test
  void fieldsAreSetByName() {
    RlSettings settings =
        RlSettings.PAPER
            .with("actorLearningRate", "1e-4")
            .with("filterGroups", "true")
            .with("algorithm", "ppo")
            .with("seed", "9");
    assertThat(settings.actorLearningRate()).isEqualTo(1e-4);
    assertThat(settings.filterGroups()).isTrue();
    assertThat(settings.algorithm()).isEqualTo("ppo");
    assertThat(settings.seed()).isEqualTo(9);
    assertThat(settings.epsClip()).isEqualTo(RlSettings.PAPER.epsClip());
  }

  @Test
  void mistakesAreAnsweredInOneSentence() {
    assertThatThrownBy(() -> RlSettings.PAPER.with("actorLearningrat", "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean actorLearningRate?");
    assertThatThrownBy(() -> RlSettings.PAPER.with("actorLearningRate", "-1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("actorLearningRate is -1.0: it must be 0 or above");
    assertThatThrownBy(() -> RlSettings.PAPER.with("maxEpochs", "two"))
        .hasMessageContaining("maxEpochs is two: it must be a number");
    assertThatThrownBy(() -> RlSettings.PAPER.with("filterGroups", "yes"))
        .hasMessageContaining("true or false");
    RlSettings warm = RlSettings.PAPER.with("warmupUpdates", "5");
    assertThatThrownBy(() -> warm.with("decayUpdates", "5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("decayUpdates is 5: it must be 0 (no decay) or above warmupUpdates, 5");
  }
}
