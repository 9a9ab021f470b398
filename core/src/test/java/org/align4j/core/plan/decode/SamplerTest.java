package org.align4j.core.plan.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.TokenSampler;
import org.junit.jupiter.api.Test;

/** The quick cut against the sampler that sorts everything. */
class SamplerTest {

  @Test
  void cutsAsTheFullSortDoes() {
    int vocabulary = 700;
    Random random = new Random(1);
    Sampler sampler = new Sampler(vocabulary);
    TokenSampler reference = new TokenSampler(vocabulary);
    for (int round = 0; round < 400; round++) {
      float[] row = new float[vocabulary];
      float spread = 1 + random.nextInt(12);
      for (int i = 0; i < vocabulary; i++) {
        // Rounded, so that there are equals.
        row[i] = Math.round(4 * spread * (float) random.nextGaussian()) / 4f;
      }
      float temperature = 0.3f + random.nextFloat();
      SamplingSettings settings =
          new SamplingSettings(
              temperature,
              random.nextBoolean() ? 0 : 1 + random.nextInt(50),
              random.nextBoolean() ? 1f : 0.1f + 0.85f * random.nextFloat());
      double uniform = random.nextDouble();
      assertThat(sampler.cut(row, logSumExp(row, temperature), settings, uniform))
          .as("round %s, %s", round, settings)
          .isEqualTo(reference.draw(row, settings, uniform).token());
    }
  }

  private static float logSumExp(float[] logits, float temperature) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit / temperature - 20);
    }
    return (float) (20 + Math.log(sum));
  }
}
