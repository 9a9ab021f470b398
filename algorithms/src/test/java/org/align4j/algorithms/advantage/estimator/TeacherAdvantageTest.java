package org.align4j.algorithms.advantage.estimator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.convention.Convention;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TeacherAdvantageTest {

  private static final INDArray MASK = Nd4j.createFromArray(new double[][] {{1, 0, 1}, {1, 1, 0}});
  private static final INDArray OWN =
      Nd4j.createFromArray(new double[][] {{-1, 0, -2}, {-3, -0.5, 0}});
  private static final INDArray TEACHER =
      Nd4j.createFromArray(new double[][] {{-1.5, 0, -0.25}, {-3, -2.5, 0}});

  private static Advantages estimate(
      @Nullable INDArray teacher, double score, Convention convention) {
    Experience experience =
        Experience.of(
            MASK, OWN, teacher, Nd4j.createFromArray(score, 0.0), Groups.of(new int[] {0, 1}));
    return new TeacherAdvantage().estimate(experience, AdvantageSettings.of(convention));
  }

  /** By hand: teacher minus own, 0 in the hole and behind the end. */
  @Test
  void aTokenIsWorthWhatTheTeacherThinksOfItBeyondTheStudent() {
    Advantages answer = estimate(TEACHER, 7, Convention.OPENRLHF);
    assertThat(answer.advantages().toDoubleMatrix())
        .isDeepEqualTo(new double[][] {{-0.5, 0, 1.75}, {0, -2, 0}});
    assertThat(answer.shapedReturn().toDoubleVector()).containsExactly(1.25, -2);
    assertThat(answer.kl().toDoubleMatrix())
        .isDeepEqualTo(new double[][] {{0.5, -0.0, -1.75}, {-0.0, 2, -0.0}});
  }

  @ParameterizedTest
  @ValueSource(doubles = {-10, 0, 3})
  void scoresDoNotCount(double score) {
    assertThat(estimate(TEACHER, score, Convention.VERL).advantages())
        .isEqualTo(estimate(TEACHER, 1, Convention.TRL).advantages());
  }

  @Test
  void withoutATeacherThereIsNothingToLearn() {
    assertThatThrownBy(() -> estimate(null, 1, Convention.PAPER))
        .hasMessage("the teacher's log-probs are missing: they are the reference");
  }
}
