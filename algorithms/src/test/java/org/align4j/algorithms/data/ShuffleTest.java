package org.align4j.algorithms.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShuffleTest {

  @Test
  void everyPassHasEverythingOnceInAnOrderOfItsOwn() {
    Shuffle shuffle = new Shuffle("test", 3, 50);
    int[] first = IntStream.range(0, 50).map(shuffle::at).toArray();
    int[] second = IntStream.range(50, 100).map(shuffle::at).toArray();
    assertThat(first).containsExactlyInAnyOrder(IntStream.range(0, 50).toArray());
    assertThat(second).containsExactlyInAnyOrder(first).isNotEqualTo(first);
  }

  @Test
  void aPositionIsTheWholeState() {
    Shuffle forward = new Shuffle("test", 3, 7);
    int[] all = IntStream.range(0, 40).map(forward::at).toArray();
    Shuffle later = new Shuffle("test", 3, 7);
    assertThat(later.at(39)).isEqualTo(all[39]);
    assertThat(later.at(0)).isEqualTo(all[0]);
  }

  @Test
  void seedsAndStreamsDiffer() {
    int[] one = new Shuffle("test", 3, 50).order(0);
    assertThat(new Shuffle("test", 4, 50).order(0)).isNotEqualTo(one);
    assertThat(new Shuffle("other", 3, 50).order(0)).isNotEqualTo(one);
  }
}
