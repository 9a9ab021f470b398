package org.align4j.algorithms.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.align4j.algorithms.advantage.estimator.Gae;
import org.align4j.algorithms.advantage.estimator.Reinforce;
import org.align4j.algorithms.convention.Convention;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Responses with tokens of the environment between two turns. */
class MultiTurnTest {

  private static Experience twoTurns() {
    return Experience.of(
        Nd4j.createFromArray(new double[][] {{1, 1, 0, 0, 1, 1}}),
        Nd4j.zeros(DataType.DOUBLE, 1, 6),
        null,
        Nd4j.createFromArray(1.0),
        Groups.of(0));
  }

  /** The user's turn is no dead end: the first turn earned the reward too. */
  @Test
  void aReturnPassesThroughObservationTokens() {
    for (Convention convention : Convention.ALL) {
      Advantages got = new Reinforce().estimate(twoTurns(), AdvantageSettings.of(convention));
      assertThat(got.advantages().toDoubleMatrix()[0])
          .as(convention.name())
          .containsExactly(1, 1, 0, 0, 1, 1);
    }
  }

  /** verl until 0.8: the score reaches the last turn alone, and a discount counts in its turn. */
  @Test
  void anEarlierTurnGetsNothingOfALaterOneInVerlUntilVersionEight() {
    for (Convention convention : Convention.VERSIONS) {
      AdvantageSettings settings = AdvantageSettings.of(convention).withGamma(1);
      boolean stops =
          convention.version().equals("verl-0.7") || convention.version().equals("verl-0.8");
      assertThat(new Reinforce().estimate(twoTurns(), settings).advantages().toDoubleMatrix()[0])
          .as(convention.version())
          .containsExactly(
              stops ? new double[] {0, 0, 0, 0, 1, 1} : new double[] {1, 1, 0, 0, 1, 1});
    }
  }

  @Test
  void aDiscountCountsEveryColumnOrResponseTokensByConvention() {
    for (Convention convention : Convention.ALL) {
      Advantages got =
          new Reinforce().estimate(twoTurns(), AdvantageSettings.of(convention).withGamma(0.5));
      boolean everyColumn = convention == Convention.OPENRLHF || convention == Convention.PAPER;
      assertThat(got.advantages().toDoubleMatrix()[0])
          .as(convention.name())
          .containsExactly(
              everyColumn
                  ? new double[] {0.03125, 0.0625, 0, 0, 0.5, 1}
                  : new double[] {0.125, 0.25, 0, 0, 0.5, 1});
    }
  }

  /**
   * With γ = λ = 0.5 and V = 1 everywhere: δ is −1/2 inside a turn and 0 at the end. Before a turn
   * of the user it is −1 where V is 0 there, and the 0.5 inside it comes from the next turn's V.
   */
  @Test
  void gaeSeesNoValueAtObservationTokensOrCarriesTheNextOne() {
    Experience experience = twoTurns().withValues(Nd4j.ones(DataType.DOUBLE, 1, 6));
    Convention plain = Convention.OPENRLHF;
    Convention skipping = Convention.VERL;
    double[] everyColumn =
        new Gae()
            .estimate(experience, AdvantageSettings.of(plain).withGamma(0.5).withLambda(0.5))
            .returns()
            .toDoubleMatrix()[0];
    double[] responseTokens =
        new Gae()
            .estimate(experience, AdvantageSettings.of(skipping).withGamma(0.5).withLambda(0.5))
            .returns()
            .toDoubleMatrix()[0];
    // A5 = 0, A4 = -1/2, A3 = 1/2 - 1/8 = 3/8, A2 = 3/32, A1 = -1 + 3/128, A0 = -1/2 + A1/4.
    assertThat(everyColumn)
        .containsExactly(new double[] {0.255859375, 0.0234375, 0, 0, 0.5, 1}, within(1e-15));
    // A5 = 0, A4 = -1/2, A1 = -1/2 - 1/8, A0 = -1/2 + A1/4.
    assertThat(responseTokens)
        .containsExactly(new double[] {0.34375, 0.375, 0, 0, 0.5, 1}, within(1e-15));
  }
}
