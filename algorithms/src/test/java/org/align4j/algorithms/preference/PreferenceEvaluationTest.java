package org.align4j.algorithms.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.algorithms.train.evaluation.Interval;
import org.junit.jupiter.api.Test;

class PreferenceEvaluationTest {

  private static double[] gaussians(long seed, int length, double mean) {
    Random random = new Random(seed);
    return random.doubles(length).map(u -> random.nextGaussian() + mean).toArray();
  }

  /** Three of four in order: Wilson's interval of 3/4 by its formula (0.3006, 0.9544). */
  @Test
  void accuracyIsTheShareOfPairsInOrder() {
    var evaluation =
        PreferenceEvaluation.of(new double[] {1, 2, 3, 4}, new double[] {0, 1, 5, -30});
    assertThat(evaluation.pairs()).isEqualTo(4);
    assertThat(evaluation.accuracy().value()).isEqualTo(0.75);
    assertThat(evaluation.accuracy().low()).isCloseTo(0.3006, within(1e-4));
    assertThat(evaluation.accuracy().high()).isCloseTo(0.9544, within(1e-4));
    assertThat(evaluation.meanMargin()).isCloseTo((1 + 1 - 2 + 34) / 4.0, within(1e-12));
  }

  /** A tie is no preference, and so not in order. */
  @Test
  void tiesAreNotInOrder() {
    var evaluation = PreferenceEvaluation.of(new double[] {1, 1}, new double[] {1, 0});
    assertThat(evaluation.accuracy().value()).isEqualTo(0.5);
  }

  /** The Mann–Whitney count over all pairs of one chosen and one rejected response. */
  @Test
  void theAreaIsTheShareOfAllPairingsInOrder() {
    double[] chosen = gaussians(1, 60, 0.7);
    double[] rejected = gaussians(2, 60, 0);
    int ahead = 0;
    for (double c : chosen) {
      for (double r : rejected) {
        ahead += c > r ? 1 : 0;
      }
    }
    Interval area = PreferenceEvaluation.of(chosen, rejected).areaUnderRoc();
    assertThat(area.value()).isCloseTo(ahead / 3600.0, within(1e-9));
    assertThat(area.low()).isBetween(0.5, area.value());
    assertThat(area.high()).isBetween(area.value(), 1.0);
  }

  /** Half a point for a tie: the trapezoids of the curve. */
  @Test
  void aTieOfTwoResponsesIsHalfInOrder() {
    double[] rewards = {1, 1, 2};
    assertThat(PreferenceEvaluation.of(rewards, rewards).areaUnderRoc().value())
        .isCloseTo(0.5, within(1e-9));
  }

  /** Large rewards are no reason for ties: σ of 1000 and of 1001 are the same double. */
  @Test
  void theAreaDoesNotDependOnWhereRewardsLie() {
    double[] chosen = gaussians(1, 30, 0.7);
    double[] rejected = gaussians(2, 30, 0);
    double[] farChosen = java.util.Arrays.stream(chosen).map(x -> 1000 + 8 * x).toArray();
    double[] farRejected = java.util.Arrays.stream(rejected).map(x -> 1000 + 8 * x).toArray();
    assertThat(PreferenceEvaluation.of(farChosen, farRejected).areaUnderRoc().value())
        .isCloseTo(PreferenceEvaluation.of(chosen, rejected).areaUnderRoc().value(), within(1e-9));
  }

  /** Ten pairs that promise σ(1) = 73.1 %, seven kept; ten that promise σ(3) = 95.3 %, all kept. */
  @Test
  void calibrationComparesWhatIsPromisedWithWhatIsKept() {
    double[] chosen = new double[20];
    for (int i = 0; i < 20; i++) {
      chosen[i] = i < 7 ? 1 : i < 10 ? -1 : 3;
    }
    var evaluation = PreferenceEvaluation.of(chosen, new double[20]);
    assertThat(evaluation.calibration()).hasSize(2);
    var low = evaluation.calibration().get(0);
    var high = evaluation.calibration().get(1);
    assertThat(low.promised()).isCloseTo(0.7310586, within(1e-6));
    assertThat(low.kept()).isEqualTo(Interval.ofShare(7, 10));
    assertThat(high.promised()).isCloseTo(0.9525741, within(1e-6));
    assertThat(high.kept()).isEqualTo(Interval.ofShare(10, 10));
    assertThat(high.pairs()).isEqualTo(10);
    assertThat(evaluation.calibrationError()).isCloseTo((0.0310586 + 0.0474259) / 2, within(1e-6));
  }

  @Test
  void rewardsOfDifferentPairsAreRefused() {
    assertThatThrownBy(() -> PreferenceEvaluation.of(new double[2], new double[3]))
        .hasMessage("chosen [2] and rejected [3] must be rewards of the same pairs, at least one");
  }
}
