package org.align4j.core.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SequenceLayoutTest {

  @Test
  void positionsGoOnWhereThePrefixEndsAndASegmentIsFollowedByAllThatContinueIt() {
    int[] offsets = {0, 3, 5, 6, 10, 11, 12};
    SequenceLayout layout = new SequenceLayout(offsets, new int[] {-1, -1, 0, 1, 2, 0});

    assertThat(layout.tokens()).isEqualTo(12);
    assertThat(layout.start(3)).isEqualTo(2);
    assertThat(layout.start(4)).isEqualTo(4);
    assertThat(layout.end(4)).isEqualTo(5);
    assertThat(layout.depthFirst()).containsExactly(0, 2, 4, 5, 1, 3);
    assertThat(layout.segmentOfToken()).containsExactly(0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 5);
  }

  @Test
  void refusesSegmentsThatAreEmptyOrContinueLaterOnes() {
    assertThatThrownBy(() -> new SequenceLayout(new int[] {0, 2}, new int[] {-1, 0}))
        .hasMessageStartingWith("offsets [2] do not match prefix [2]");
    assertThatThrownBy(() -> new SequenceLayout(new int[] {0, 2, 2}, new int[] {-1, 0}))
        .hasMessage("segment 1 is empty (offsets 2 to 2)");
    assertThatThrownBy(() -> new SequenceLayout(new int[] {0, 2, 3}, new int[] {-1, 1}))
        .hasMessage("segment 1 has prefix 1: an earlier segment, or -1");
  }
}
