package org.align4j.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;

final class InitializationTest {

  private static final TransformerConfig CONFIG =
      TransformerConfig.llama(200, 64, 96, 2, 4, 2, 32, 0);

  private static double deviation(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  @Test
  void matricesHaveTheDeviationOfTransformersAndNormsAreOne() {
    try (Parameters parameters = Initialization.random(CONFIG, ModelHead.LANGUAGE, 1)) {
      float[] embedding = parameters.get("model.embed_tokens.weight").data().asFloat();
      // 12,800 draws: the deviation of their deviation is 0.6 %
      assertThat(deviation(embedding)).isCloseTo(0.02, within(0.0005));
      double mean = 0;
      for (float value : embedding) {
        mean += value / embedding.length;
      }
      assertThat(mean).isCloseTo(0, within(0.001));
      assertThat(parameters.get("model.norm.weight").data().asFloat()).containsOnly(1f);
    }
  }

  @Test
  void theSameSeedGivesTheSameParametersAndAnotherSeedOthers() {
    try (Parameters a = Initialization.random(CONFIG, ModelHead.LANGUAGE, 1);
        Parameters b = Initialization.random(CONFIG, ModelHead.LANGUAGE, 1);
        Parameters c = Initialization.random(CONFIG, ModelHead.LANGUAGE, 2)) {
      String name = "model.layers.1.mlp.up_proj.weight";
      assertThat(a.get(name)).isEqualTo(b.get(name)).isNotEqualTo(c.get(name));
      assertThat(a.get(name)).isNotEqualTo(a.get("model.layers.0.mlp.up_proj.weight"));
    }
  }

  @Test
  void aScalarHeadStandsOnACopyOfTheBodyItWasGiven() {
    try (Parameters policy = Initialization.random(CONFIG, ModelHead.LANGUAGE, 1);
        Parameters critic = Initialization.scalarFrom(CONFIG, policy, 2)) {
      assertThat(critic.names()).contains("score.weight");
      String name = "model.layers.0.self_attn.q_proj.weight";
      assertThat(critic.get(name)).isEqualTo(policy.get(name)).isNotSameAs(policy.get(name));
      float[] head = critic.get("score.weight").data().asFloat();
      assertThat(head).hasSize(64);
      // 64 draws of N(0, 1/65²): the deviation of their deviation is 9 %
      assertThat(deviation(head)).isCloseTo(1.0 / 65, within(0.4 / 65));
      assertThat(Arrays.equals(head, new float[64])).isFalse();
    }
  }
}
