package org.align4j.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.align4j.core.optim.LearningRateSchedule.Decay;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

  /** {@code get_cosine_with_min_lr_schedule_with_warmup(4, 12, min_lr_rate=0.1)} at its knots. */
  @Test
  void cosineWarmsUpFromZeroAndEndsAtATenth() {
    var schedule = LearningRateSchedule.cosine(2, 4, 12);
    double[] expected = {0, 0.5, 1, 1.5, 2};
    for (int step = 0; step < expected.length; step++) {
      assertThat(schedule.at(step)).isEqualTo(expected[step]);
    }
    assertThat(schedule.at(6)).isCloseTo(2 * (0.1 + 0.45 * (1 + Math.sqrt(0.5))), within(1e-12));
    assertThat(schedule.at(8)).isCloseTo(1.1, within(1e-12));
    assertThat(schedule.at(12)).isCloseTo(0.2, within(1e-12));
    assertThat(schedule.at(99)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void linearFallsInAStraightLine() {
    var schedule = new LearningRateSchedule(1, 0, 10, Decay.LINEAR, 0);
    assertThat(schedule.at(0)).isEqualTo(1);
    assertThat(schedule.at(4)).isCloseTo(0.6, within(1e-12));
    assertThat(schedule.at(11)).isZero();
  }

  @Test
  void constantStays() {
    assertThat(LearningRateSchedule.constant(3e-4).at(0)).isEqualTo(3e-4);
    assertThat(LearningRateSchedule.constant(3e-4).at(1_000_000)).isEqualTo(3e-4);
    assertThat(new LearningRateSchedule(1, 2, 1, Decay.CONSTANT, 0).at(1)).isEqualTo(0.5);
  }

  @Test
  void badSchedulesAreRefused() {
    assertThatThrownBy(() -> LearningRateSchedule.constant(-1))
        .hasMessage("learning rate is -1.0: it must be at least 0");
    assertThatThrownBy(() -> new LearningRateSchedule(1, 0, 0, Decay.LINEAR, 0))
        .hasMessageContaining("totalSteps is 0");
  }
}
