package org.align4j.algorithms.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.align4j.algorithms.offpolicy.OffPolicy;
import org.align4j.algorithms.offpolicy.OffPolicy.Level;
import org.align4j.algorithms.offpolicy.OffPolicy.Statistic;
import org.align4j.algorithms.offpolicy.OffPolicy.Weight;
import org.align4j.algorithms.settings.field.Fields;
import org.junit.jupiter.api.Test;

/** What is left open is as the algorithm has it. */
class OffPolicySettingsTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static OffPolicy over(OffPolicy algorithm, String... pairs) {
    RlSettings settings = RlSettings.paper();
    Map<String, String> values = new java.util.HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("offPolicy." + pairs[i], pairs[i + 1]);
    }
    return Fields.with(settings, values).offPolicy().over(algorithm);
  }

  @Test
  void whatIsLeftOpenIsTheAlgorithms() {
    assertThat(over(OffPolicy.NONE)).isEqualTo(OffPolicy.NONE);
    assertThat(over(OffPolicy.FLASH_REINFORCE)).isEqualTo(OffPolicy.FLASH_REINFORCE);
  }

  @Test
  void oneFieldChangesAlone() {
    assertThat(over(OffPolicy.FLASH_REINFORCE, "gateHigh", "0.01"))
        .isEqualTo(
            OffPolicy.FLASH_REINFORCE.withGate(Statistic.BINARY_KL, Level.SEQUENCE, 0, 0.01));
    assertThat(over(OffPolicy.FLASH_REINFORCE, "gate", "none"))
        .isEqualTo(OffPolicy.NONE.withWeight(Weight.TOKEN, 0, INFINITY));
    assertThat(over(OffPolicy.FLASH_REINFORCE, "weight", "none").gate())
        .isEqualTo(Statistic.BINARY_KL);
  }

  /** ICEPOP, and verl's band of ratios for k1. */
  @Test
  void aStatisticHasUsualBoundsOrMustBeGivenThem() {
    assertThat(over(OffPolicy.NONE, "gate", "ratio", "weight", "token"))
        .isEqualTo(
            OffPolicy.NONE
                .withGate(Statistic.RATIO, Level.TOKEN, 0.5, 5)
                .withWeight(Weight.TOKEN, 0, INFINITY));
    assertThat(over(OffPolicy.NONE, "gate", "k1", "gateHigh", "0.7"))
        .isEqualTo(OffPolicy.NONE.withGate(Statistic.K1, Level.TOKEN, -0.7, 0.7));
    assertThatThrownBy(() -> over(OffPolicy.NONE, "gate", "binary-kl"))
        .hasMessage(
            "offPolicy.gateHigh is not set: a gate on binary-kl has no usual bound; set the largest"
                + " that is kept, such as 0.01");
    // The bound of another statistic is none of this one.
    assertThatThrownBy(() -> over(OffPolicy.FLASH_REINFORCE, "gate", "tv"))
        .hasMessageContaining("a gate on tv has no usual bound");
  }

  @Test
  void boundsOfNothingAreRefused() {
    assertThatThrownBy(() -> over(OffPolicy.NONE, "gateHigh", "1"))
        .hasMessageContaining("there is no gate: set offPolicy.gate too");
    assertThatThrownBy(() -> over(OffPolicy.NONE, "weightHigh", "5"))
        .hasMessageContaining("there are no weights: set offPolicy.weight to token or sequence");
    assertThatThrownBy(() -> over(OffPolicy.NONE, "gate", "ratio", "gateHigh", "0.4"))
        .hasMessage("offPolicy.gateHigh is 0.4: it must be at least offPolicy.gateLow (0.5)");
  }
}
