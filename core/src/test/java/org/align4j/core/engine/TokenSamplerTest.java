package org.align4j.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenSamplerTest {

  /** Probabilities 0.1, 0.4, 0.2, 0.3 at temperature 1. */
  private static final float[] LOGITS = {
    (float) Math.log(0.1), (float) Math.log(0.4), (float) Math.log(0.2), (float) Math.log(0.3)
  };

  /** The share of each token when the uniform runs through [0,1). */
  private static Map<Integer, Double> shares(float[] logits, SamplingSettings settings) {
    var sampler = new TokenSampler(logits.length);
    Map<Integer, Double> shares = new HashMap<>();
    int grid = 10_000;
    for (int i = 0; i < grid; i++) {
      int token = sampler.draw(logits, settings, (i + 0.5) / grid).token();
      shares.merge(token, 1.0 / grid, Double::sum);
    }
    return shares;
  }

  private static void assertShares(SamplingSettings settings, double... expected) {
    Map<Integer, Double> shares = shares(LOGITS, settings);
    for (int token = 0; token < expected.length; token++) {
      // A grid of 10,000 points, one of which may fall on the other side of each border.
      assertThat(shares.getOrDefault(token, 0.0))
          .as("token %s", token)
          .isCloseTo(expected[token], within(2e-4));
    }
  }

  @Test
  void plainSamplingFollowsTheProbabilities() {
    assertShares(SamplingSettings.DEFAULT, 0.1, 0.4, 0.2, 0.3);
  }

  @Test
  void temperatureSharpens() {
    // Squares of the probabilities, over their sum of 0.3.
    assertShares(new SamplingSettings(0.5f, 0, 1f), 0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3);
  }

  @Test
  void topKKeepsTheMostLikely() {
    assertShares(new SamplingSettings(1f, 2, 1f), 0, 4 / 7.0, 0, 3 / 7.0);
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesIt() {
    assertShares(new SamplingSettings(1f, 0, 0.65f), 0, 4 / 7.0, 0, 3 / 7.0);
    assertShares(new SamplingSettings(1f, 0, 0.75f), 0, 4 / 9.0, 2 / 9.0, 3 / 9.0);
    assertShares(new SamplingSettings(1f, 0, 1e-6f), 0, 1, 0, 0);
  }

  /** After top-k 3 the probabilities are 4/9, 2/9, 3/9: 0.7 is reached by two of them. */
  @Test
  void topPComesAfterTopKAndSeesItsDistribution() {
    assertShares(new SamplingSettings(1f, 3, 0.7f), 0, 4 / 7.0, 0, 3 / 7.0);
    assertShares(new SamplingSettings(1f, 0, 0.71f), 0, 4 / 9.0, 2 / 9.0, 3 / 9.0);
  }

  @Test
  void topKKeepsAllThatEqualTheLast() {
    float[] tied = {1, 2, 1, 1};
    assertThat(shares(tied, new SamplingSettings(1f, 2, 1f))).hasSize(4);
  }

  @Test
  void greedyTakesTheFirstOfTheLargest() {
    float[] tied = {1, 3, 3, 2};
    var draw = new TokenSampler(4).draw(tied, SamplingSettings.GREEDY, 0.99);
    assertThat(draw.token()).isEqualTo(1);
  }

  @Test
  void theLogProbIsTemperedButNotTruncated() {
    var draw = new TokenSampler(4).draw(LOGITS, new SamplingSettings(0.5f, 1, 0.3f), 0.5);
    assertThat(draw.token()).isEqualTo(1);
    assertThat(draw.logProb()).isCloseTo((float) Math.log(0.16 / 0.3), within(1e-6f));
  }

  @Test
  void impossibleTokensAreNeverDrawn() {
    float[] logits = {Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY};
    var sampler = new TokenSampler(3);
    assertThat(sampler.draw(logits, SamplingSettings.DEFAULT, 0).token()).isEqualTo(1);
    assertThat(sampler.draw(logits, SamplingSettings.DEFAULT, Math.nextDown(1.0)).token())
        .isEqualTo(1);
  }

  @Test
  void anotherVocabularyIsRefused() {
    assertThatThrownBy(() -> new TokenSampler(5).draw(LOGITS, SamplingSettings.GREEDY, 0))
        .hasMessage("logits [4] do not match the vocabulary of 5");
  }

  @Test
  void logitsThatAreNotFiniteAreRefused() {
    var sampler = new TokenSampler(2);
    for (float logit : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (var settings : List.of(SamplingSettings.DEFAULT, SamplingSettings.GREEDY)) {
        assertThatThrownBy(() -> sampler.draw(new float[] {1, logit}, settings, 0.5))
            .isInstanceOf(NotFiniteException.class)
            .hasMessageContaining("the model's logits are not finite");
      }
    }
  }
}
