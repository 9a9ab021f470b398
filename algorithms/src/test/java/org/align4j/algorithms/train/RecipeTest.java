package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Algorithm;
import org.junit.jupiter.api.Test;

/** An algorithm is trained as the table of its convention has it. */
class RecipeTest {

  private static Recipe recipe(String algorithm, String convention) {
    return Recipe.of(
        RlSettings.ARITHMETIC
            .with("algorithm", algorithm)
            .with("convention", convention)
            .with("initKlCoef", "0.04"));
  }

  @Test
  void reinforcePlusPlusHasItsKlInTheReward() {
    Recipe recipe = recipe("reinforce++", "openrlhf");
    assertThat(recipe.advantage(0.03).klCoefficient()).isEqualTo(0.03);
    assertThat(recipe.objective().settings().klCoefficient()).isZero();
  }

  @Test
  void grpoHasItsKlInTheLossAsK3() {
    Recipe recipe = recipe("grpo", "trl");
    assertThat(recipe.advantage(0.03).klCoefficient()).isZero();
    assertThat(recipe.objective().settings().klCoefficient()).isEqualTo(0.04);
    assertThat(recipe.objective().settings().klEstimator()).isEqualTo("k3");
  }

  @Test
  void doctorGrpoUnderTrlSumsOverAConstantLength() {
    assertThat(recipe("dr-grpo", "trl").objective().settings().aggregation())
        .isEqualTo(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH);
  }

  /** Its advantages are all 0: TRL refuses it too ("at least 2 generations"). */
  @Test
  void oneSampleOfAPromptIsRefusedWhereSamplesAreCompared() {
    for (Algorithm algorithm : Algorithm.ALL) {
      RlSettings settings =
          RlSettings.ARITHMETIC.with("algorithm", algorithm.name()).with("samplesPerPrompt", "1");
      if (algorithm.needsGroups()) {
        assertThatThrownBy(() -> Recipe.of(settings))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("samplesPerPrompt is 1: " + algorithm.name() + " compares")
            .hasMessageContaining("take 2 or more");
      } else {
        assertThat(Recipe.of(settings).algorithm()).isEqualTo(algorithm);
      }
    }
  }

  @Test
  void oneSampleOfAPromptIsRefusedWhereUniformGroupsAreDropped() {
    RlSettings settings =
        RlSettings.ARITHMETIC.with("filterGroups", "true").with("samplesPerPrompt", "1");
    assertThatThrownBy(() -> Recipe.of(settings))
        .hasMessageContaining("samplesPerPrompt is 1: filterGroups drops");
  }

  @Test
  void anAdaptiveCoefficientIsRefusedWhereTheKlIsInTheLoss() {
    RlSettings settings = RlSettings.ARITHMETIC.with("algorithm", "grpo").with("klTarget", "0.1");
    assertThatThrownBy(() -> Recipe.of(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("klTarget is 0.1")
        .hasMessageContaining("grpo");
  }
}
