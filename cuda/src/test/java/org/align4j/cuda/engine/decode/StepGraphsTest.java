package org.align4j.cuda.engine.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepGraphsTest {

  @Test
  void aClassHasRoomForTheStepsAndAtMostAQuarterMore() {
    for (int steps = 9; steps <= 1000; steps++) {
      assertThat(StepGraphs.size(steps, 1000)).isBetween(steps, steps + steps / 4);
    }
  }

  @Test
  void classesAreFewAndEndAtTheSlots() {
    assertThat(IntStream.rangeClosed(1, 200).map(steps -> StepGraphs.size(steps, 200)).distinct())
        .containsExactly(
            8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 200);
    assertThat(StepGraphs.size(3, 5)).isEqualTo(5);
  }
}
