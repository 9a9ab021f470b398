package org.align4j.algorithms.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Function;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.registry.ExtensionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a user's estimator does wrong is told by its name, before it reaches an update. */
final class AdvantagesTest {

  private static final INDArray MASK = Nd4j.createFromArray(new double[][] {{1, 1}, {1, 0}});
  private static final INDArray REWARDS = Nd4j.createFromArray(1.0, 0.0);

  private static Advantages of(Function<Experience, @Nullable Advantages> estimate) {
    AdvantageEstimator estimator =
        new AdvantageEstimator() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          @SuppressWarnings("NullAway") // what a user's class may do
          public Advantages estimate(Experience experience, AdvantageSettings settings) {
            return estimate.apply(experience);
          }
        };
    Experience experience = Experience.of(MASK, MASK.mul(-1), null, REWARDS, Groups.of(0, 0));
    return Advantages.of(estimator, experience, AdvantageSettings.of(Convention.OPENRLHF));
  }

  @Test
  void whatItThrowsIsToldByItsName() {
    assertThatThrownBy(() ->
            of(experience -> {
              throw new ArithmeticException("by zero");
            }))
        .isInstanceOf(ExtensionException.class)
        .hasMessage("advantage estimator mine failed: java.lang.ArithmeticException: by zero")
        .hasCauseInstanceOf(ArithmeticException.class);
  }

  @Test
  void nullIsToldByItsName() {
    assertThatThrownBy(() -> of(experience -> null))
        .hasMessage("advantage estimator mine answered null");
  }

  @Test
  void anotherShapeIsToldWithBothShapes() {
    assertThatThrownBy(() -> of(experience -> new Advantages(REWARDS, MASK, REWARDS, MASK)))
        .hasMessage("advantage estimator mine answered advantages [2]: it must be [2, 2]");
  }

  @Test
  void valuesThatAreNotFiniteAreTold() {
    assertThatThrownBy(() -> of(experience -> new Advantages(MASK, MASK.div(0), REWARDS, MASK)))
        .hasMessageContaining("advantage estimator mine answered returns with a sum of ")
        .hasMessageEndingWith("they must be finite");
  }

  @Test
  void whatIsRightIsHandedOn() {
    assertThat(of(experience -> new Advantages(MASK, MASK, REWARDS, MASK)).advantages())
        .isEqualTo(MASK);
  }
}
