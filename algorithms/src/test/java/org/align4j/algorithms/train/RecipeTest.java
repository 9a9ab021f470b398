package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.settings.RlSettings;
import org.junit.jupiter.api.Test;

/** An algorithm is trained as the table of its convention has it. */
class RecipeTest {

  private static Recipe recipe(String algorithm, String convention) {
    return Recipe.of(
        RlSettings.arithmetic()
            .with("algorithm", algorithm)
            .with("convention", convention)
            .with("kl.coefficient", "0.04"));
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

  @Test
  void anAdaptiveCoefficientIsRefusedWhereTheKlIsInTheLoss() {
    RlSettings settings =
        RlSettings.arithmetic().with("algorithm", "grpo").with("kl.target", "0.1");
    assertThatThrownBy(() -> Recipe.of(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kl.target is 0.1")
        .hasMessageContaining("grpo");
  }
}
