package org.align4j.bench.reproduce.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.bench.reproduce.study.RunRecord;
import org.junit.jupiter.api.Test;

/** PageNumbers of a run, against values that can be worked out by hand. */
final class RunStatisticsTest {

  /** Sums of few doubles. */
  private static final double ROUNDING = 1e-12;

  private static RunRecord run(List<Double> reward, List<Double> kl, List<Double> length) {
    return new RunRecord(
        "c",
        1,
        ImmutableMap.of("train/reward", reward, "train/kl", kl, "train/response_length", length),
        ImmutableMap.of(),
        ImmutableMap.of(),
        ImmutableMap.of(),
        ImmutableMap.of(),
        ImmutableMap.of());
  }

  private static List<Double> ramp(double from, double step) {
    return IntStream.range(0, 20).mapToObj(i -> from + step * i).toList();
  }

  private static List<Double> constant(double value) {
    return Collections.nCopies(20, value);
  }

  /** Values 10 to 19 of 0, 1, … have the mean 14.5. */
  @Test
  void aGainIsFromTheFirstBatchToTheLastTen() {
    RunRecord run = run(ramp(0, 1), constant(0), ramp(5, 2));
    assertThat(RunStatistics.gain(run, "train/reward")).isEqualTo(14.5);
    assertThat(RunStatistics.lengthPerReward(run)).isEqualTo(2);
  }

  /** Steps of ±2 give √(4/2); a ramp of 1 an update, √(1/2), however far it goes. */
  @Test
  void jitterKnowsStepsAndNotTheLevel() {
    assertThat(RunStatistics.jitter(new double[] {1, -1, 1, -1}))
        .isCloseTo(Math.sqrt(2), within(ROUNDING));
    assertThat(RunStatistics.jitter(new double[] {100, 101, 102}))
        .isCloseTo(Math.sqrt(0.5), within(ROUNDING));
  }

  @Test
  void klThatFallsIsNotGivenBack() {
    RunRecord run = run(List.of(0.0, 0.0, 0.0), List.of(0.1, -0.1, 0.2), List.of(10.0, 10.0, 5.0));
    assertThat(RunStatistics.klConsumed(run)).containsExactly(1, 1, 2);
  }

  /** 14.5 gained at 0.5 nats a token and 4 tokens. */
  @Test
  void rewardPerNatIsTheGainByTheLastKlOfAResponse() {
    assertThat(RunStatistics.rewardPerNat(run(ramp(0, 1), constant(0.5), constant(4))))
        .isCloseTo(14.5 / 2, within(ROUNDING));
  }

  /** Twice as fast along the same line between reward and length: the same length at a reward. */
  @Test
  void runsOnTheSameLineHaveTheSameLengthAtEqualReward() {
    RunRecord slow = run(ramp(0, 1), constant(0), ramp(0, 1));
    RunRecord longer = run(ramp(0, 1), constant(0), ramp(0, 3));
    assertThat(RunStatistics.lengthAtEqualReward(slow, slow)).isZero();
    assertThat(RunStatistics.lengthAtEqualReward(longer, slow)).isPositive();
  }

  /** Rewards 2 and 1 throughout, over whatever KL both have. */
  @Test
  void overEqualKlOnlyTheCommonStretchCounts() {
    RunRecord high = run(constant(2), constant(0.1), constant(10));
    RunRecord low = run(constant(1), constant(0.3), constant(10));
    assertThat(RunStatistics.rewardOverEqualKl(high, low)).isCloseTo(1, within(ROUNDING));
  }
}
